"""`journeyloop backtest`: what the detector would have done over stored answers."""

from __future__ import annotations

import sys
from typing import Any

import click
import orjson
from marshmallow import ValidationError

from services import alerts
from services.alerts import backtesting
from services.alerts.backtesting import Question
from services.alerts.detection import FALSE_ALARMS_PER_YEAR
from services.alerts.schemas.backtests import BacktestQuestion
from services.alerts.store import maps
from services.cli.backtest_table import lines
from shared import log
from shared.db import Connection, connect
from shared.settings import Settings, load

OPTIONS = {"false_alarms_per_year": "--false-alarms-per-year"}


@click.command()
@click.option("--journey", required=True, help="Key of the journey.")
@click.option("--stage", required=True, help="Key of the stage.")
@click.option("--metric", help="csat, nps or ces; not needed where the stage has answers to only one.")
@click.option("--audience", help="customer or employee; customer where both have answered.")
@click.option("--from", "first", help="A day (or a time with its offset): answers before it only train.")
@click.option(
    "--to", "last", help="A day, included (or a time, not included); everything where it is not given."
)
@click.option(
    "--false-alarms-per-year",
    type=float,
    default=FALSE_ALARMS_PER_YEAR,
    show_default=True,
    help="The budget.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what POST /v1/backtests answers.")
def backtest(as_json: bool, **given: Any) -> None:
    """Run the live detector over the stored answers of a stage, and common alarm rules beside it.

    Reads the log itself, so that no number of answers is too many; writes nothing.
    """
    settings = load()
    with connect(settings, alerts.SCHEMA) as conn, conn.transaction():
        asked = _question(conn, settings, given)
        found = _run(conn, asked, settings)
    if as_json:
        click.echo(orjson.dumps(found))
        return
    for line in lines(found, asked, settings.report_tz):
        click.echo(line)


def _question(conn: Connection, settings: Settings, given: dict[str, Any]) -> Question:
    body = {
        "from" if name == "first" else "to" if name == "last" else name: text for name, text in given.items()
    }
    try:
        body["metric"], body["audience"] = _watched(conn, body)
        return backtesting.question(BacktestQuestion().load(body), settings.report_tz)
    except ValidationError as error:
        named = error.normalized_messages()
        wrong = [f"{OPTIONS.get(field, f'--{field}')}: {' '.join(text)}" for field, text in named.items()]
        raise click.UsageError("; ".join(wrong)) from error
    except ValueError as error:
        raise click.UsageError("--to must be later than --from") from error


def _watched(conn: Connection, body: dict[str, Any]) -> tuple[str, str]:
    """The metric and audience meant: what was given, or the only one there is."""
    key = f"{body['journey']}/{body['stage']}"
    stored = log.asked(conn, key)
    fitting = [
        (metric, audience)
        for metric, audience in stored
        if body["metric"] in (None, metric) and body["audience"] in (None, audience)
    ]
    customers = [place for place in fitting if place[1] == "customer"] or fitting
    if len(customers) == 1:
        return customers[0]
    if not stored:
        known = maps.stage(conn, body["journey"], body["stage"])
        raise click.ClickException(
            f"there are no answers of ‘{key}’ yet"
            if known
            else f"there is no stage ‘{key}’ and no answer of one"
        )
    if not fitting:
        there = ", ".join(f"{metric} of {audience}s" for metric, audience in stored)
        raise click.ClickException(f"no such answers of ‘{key}’; stored are: {there}")
    metrics = ", ".join(metric for metric, _ in customers)
    raise click.UsageError(f"‘{key}’ has answers to {metrics}: say which with --metric")


def _run(conn: Connection, asked: Question, settings: Settings) -> dict[str, Any]:
    entries, _ = backtesting.size(conn, asked, settings.report_tz)
    with click.progressbar(length=entries, label="Back-testing", file=sys.stderr) as bar:
        return backtesting.run(conn, asked, settings.report_tz, bar.update)
