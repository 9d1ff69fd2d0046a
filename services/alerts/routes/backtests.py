"""`/v1/backtests`: what the detector would have done over any stored period, with any budget."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Any

from flask_smorest import Blueprint

from services.alerts import backtesting
from services.alerts.backtesting import Question
from services.alerts.schemas.backtests import BacktestQuestion
from services.alerts.store import maps
from shared import log
from shared.db import Connection
from shared.web.app import database, settings
from shared.web.auth import require
from shared.web.problems import Problem, invalid

blueprint = Blueprint("backtests", __name__, description="Back-tests: the live detector over stored answers")

# A back-test takes some seconds of one core: as many of them at a time, of this length, leave the pages alive.
AT_ONCE = 2
MOST_ENTRIES, MOST_DAYS = 1_000_000, 10_000
RETRY_SECONDS = 10

_running = BoundedSemaphore(AT_ONCE)


@blueprint.route("/v1/backtests", methods=["POST"])
@blueprint.doc(responses={"429": {"description": "Others are running; see Retry-After"}})
@require("viewer")
@blueprint.arguments(BacktestQuestion)
@blueprint.response(200)
def backtest(body: dict[str, Any]) -> dict[str, Any]:
    """Run the live detector over everything accepted so far: answers before `from` train it, later ones are judged.

    Writes nothing. `in_words`: on how much it rests, and whether anything was judged. `rules`: what common rules would
    have raised on the same days. 422 where no stored answer has this metric and audience, and beyond a million answers:
    the command line has no limit; 429 while others run.
    """
    zone = settings().report_tz
    asked = _question(body)
    if not _running.acquire(blocking=False):
        raise _busy()
    try:
        with database() as conn:
            _check(conn, body, asked)
            return backtesting.run(conn, asked, zone)
    finally:
        _running.release()


def _question(body: dict[str, Any]) -> Question:
    try:
        return backtesting.question(body, settings().report_tz)
    except ValueError as error:
        raise invalid({"to": [str(error)]}) from error


def _check(conn: Connection, body: dict[str, Any], asked: Question) -> None:
    entries, days = backtesting.size(conn, asked, settings().report_tz)
    if not entries:
        _check_stored(conn, body, asked)
    if entries > MOST_ENTRIES or days > MOST_DAYS:
        limit = f"{MOST_ENTRIES:,} answers or {MOST_DAYS:,} days"
        raise invalid({"to": [f"Up to here there are more than {limit}; use `journeyloop backtest`."]})


def _check_stored(conn: Connection, body: dict[str, Any], asked: Question) -> None:
    """422 where the place never had an answer, but another metric or audience of its stage did; or is no stage."""
    stored = log.asked(conn, asked.place.key)
    there = ", ".join(f"{metric} of {audience}s" for metric, audience in stored)
    if not stored and maps.stage(conn, body["journey"], body["stage"]) is None:
        raise invalid({"stage": [f"There is no stage ‘{asked.place.key}’ and no answer of one."]})
    if stored and (body["metric"], body["audience"]) not in stored:
        field = "audience" if body["metric"] in [metric for metric, _ in stored] else "metric"
        raise invalid({field: [f"No such answers of ‘{asked.place.key}’; stored are: {there}."]})


def _busy() -> Problem:
    return Problem(
        429,
        "Other back-tests are running",
        f"At most {AT_ONCE} run at a time. Send it again in a moment.",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )
