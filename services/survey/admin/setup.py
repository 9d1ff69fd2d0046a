"""`/setup`: the checklist of an installation, each tick from what really is there."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from services.survey import checklist, submission
from services.survey import journeys as changing
from services.survey import surveys as asking
from services.survey.admin.pages import blueprint
from services.survey.checklist.facts import TODO, UNKNOWN, Checked, Facts, Told
from services.survey.definition import Definition
from services.survey.store import imports, journeys, setting_up, surveys
from shared import wording
from shared.access import keys
from shared.db import Connection
from shared.events import RESPONSES
from shared.reserved import CHECK, CHECK_JOURNEY, CHECK_SCORE, CHECK_STAGE, CHECK_SURVEY
from shared.web.app import database, settings
from shared.web.auth import page
from shared.web.neighbours import Asked, ask_all
from shared.web.pages import redirect_to, render

# `_DAYS`: how far back blocked displays and test answers are of interest.
_MOST, _BLOCKED, _TESTS, _DAYS = 1_000, 5, 100, 28
_QUESTIONS: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "owners": ("alerts", "/v1/owners", {"limit": 500}),
    "tests": ("alerts", "/v1/notifications", {"kind": "test", "limit": _TESTS}),
    "seen": ("alerts", "/v1/detectors", {"journey": CHECK}),
    "scored": ("aggregator", "/v1/scores", {"journey": CHECK, "by": "journey", "window": f"{_DAYS}d"}),
}


@blueprint.get("/setup")
@page("viewer")
def setup() -> Response:
    """What is set up and what comes next; a service that does not answer leaves its own steps open, and says so."""
    asked = ask_all(_QUESTIONS)
    with database() as conn:
        facts = _facts(conn, asked)
    steps = checklist.steps(facts)
    return render(
        "admin/setup.html",
        nav="setup",
        steps=steps,
        next=checklist.next_step(steps),
        summary=checklist.summary(steps),
        is_new=checklist.is_new(facts),
        waiting=any(
            step.state == UNKNOWN or (step.state == TODO and step.key in ("display", "check"))
            for step in steps
        ),
        tested=facts.tested.last,
    )


@blueprint.post("/setup/check")
@page("admin")
def send_check() -> AnyResponse:
    """Store one test answer in the reserved journey, as `journeyloop check` does; the checklist follows it from there.

    The survey is live only for that moment: its silence is no reason to tell anybody.
    """
    with database() as conn:
        changing.put(conn, CHECK, CHECK_JOURNEY, _any, dry_run=False)
        asking.put(conn, CHECK, CHECK_SURVEY, _any, dry_run=False)
    began = time.monotonic()
    try:
        submission.submit(CHECK, {"id": str(uuid4()), "score": CHECK_SCORE, "channel": "check"}, _ours)
    finally:
        with database() as conn:
            asking.put(conn, CHECK, CHECK_SURVEY | {"status": "paused"}, _any, dry_run=False)
    return redirect_to(
        "/setup#check", f"A test answer is stored, in {(time.monotonic() - began) * 1000:.0f} ms."
    )


def _any(tag: str | None) -> None:
    """The reserved journey and survey are put whatever is stored."""


def _ours(definition: Definition) -> None:
    """The answer comes from us."""


def _facts(conn: Connection, asked: Mapping[str, Asked]) -> Facts:
    maps = {row["journey"]: row["document"] for row in _in_use(conn)}
    rows = [row for row in _surveys(conn) if row["journey"] in maps]
    live = [row["survey"] for row in rows if row["status"] == "live"]
    today = datetime.now(settings().report_tz).date()
    days = (today - timedelta(days=_DAYS - 1), today)
    return Facts(
        keys=_keys(conn),
        journeys=maps,
        surveys=rows,
        shown=frozenset(setting_up.shown(conn, live)),
        answered=frozenset(setting_up.answered(conn, live)),
        blocked=setting_up.blocked(conn, live, days[0], _BLOCKED),
        owners=_told(asked["owners"], lambda item: item["owner"] != CHECK),
        tests=_told(asked["tests"], lambda item: item["owner"] not in (CHECK, None)),
        imported=next(iter(imports.page(conn, 1, None)), None),
        tested=_tested(conn, asked, days),
        fallback=settings().fallback_owner,
        survey_url=settings().survey_url,
        alerts_url=settings().alerts_url,
    )


def _in_use(conn: Connection) -> list[dict[str, Any]]:
    rows = journeys.page(conn, archived=False, after="", limit=_MOST)
    return [row for row in rows if row["journey"] != CHECK]


def _surveys(conn: Connection) -> list[dict[str, Any]]:
    return surveys.page(conn, journey=None, archived=False, after="", limit=_MOST)


def _keys(conn: Connection) -> Counter[str]:
    """How many keys of each role are good now."""
    now = datetime.now(UTC)
    return Counter(
        row["role"]
        for row in keys.list_keys(conn)
        if row["revoked_at"] is None and (row["expires_at"] is None or row["expires_at"] > now)
    )


def _tested(conn: Connection, asked: Mapping[str, Asked], days: tuple[date, date]) -> Checked:
    zone = settings().report_tz
    row = setting_up.tested(conn, CHECK, RESPONSES, f"{CHECK}/{CHECK_STAGE}", days, zone.key)
    return Checked(
        stored=row["stored"],
        last=row["at"] and wording.moment(row["at"].astimezone(zone), datetime.now(zone)),
        sequence=row["sequence"],
        scored=_sum(asked["scored"], lambda items: sum(item["n"] for item in items)),
        seen=_sum(asked["seen"], lambda items: max((item["last_sequence"] for item in items), default=0)),
    )


def _told(asked: Asked, keep: Any) -> Told:
    if asked.failure:
        return Told(failure=asked.failure)
    return Told([item for item in asked.found["items"] if keep(item)])


def _sum(asked: Asked, add: Any) -> Told:
    return Told(failure=asked.failure) if asked.failure else Told(add(asked.found["items"]))
