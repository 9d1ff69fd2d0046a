"""`journeyloop rebuild`: a receiver's tables made anew from the log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click
import orjson

from services import aggregator, alerts, survey
from services.aggregator.rebuild import rebuild as rebuild_sums
from services.alerts.rebuild import rebuild as rebuild_detectors
from services.cli.republish import send_again
from shared.db import connect, require_current
from shared.replay import LogIncomplete, Rebuilt
from shared.settings import Settings, load

DIFFERENT = 2
RECEIVERS = {
    "aggregator": (aggregator.SCHEMA, rebuild_sums),
    "alerts": (alerts.SCHEMA, rebuild_detectors),
}


@click.command()
@click.argument("receiver", type=click.Choice(sorted(RECEIVERS)))
@click.option("--dry-run", is_flag=True, help="Compare only; exits with 2 where a table would change.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def rebuild(context: click.Context, receiver: str, dry_run: bool, as_json: bool) -> None:
    """Make the scores' sums (aggregator), or the detectors and their baselines (alerts), anew from the log.

    Says of each table whether it holds what it held before, bit for bit. Owners, silences, incidents, notifications
    and decisions stay as they are; nothing is opened, closed or sent. Consumers may run: they wait meanwhile. It is one
    transaction: a rebuild that fails or is interrupted has changed nothing.
    """
    settings, began = load(), time.monotonic()
    try:
        rebuilt = make_anew(settings, receiver, dry_run)
    except LogIncomplete as error:
        raise click.ClickException(str(error)) from error
    lacking = bool(rebuilt.moved) and not dry_run
    sent_again = send_again(settings, everything=False) if lacking else None
    document = asdict(rebuilt) | {"receiver": receiver, "dry_run": dry_run, "sent_again": sent_again}
    document["seconds"] = round(time.monotonic() - began, 1)
    if as_json:
        click.echo(orjson.dumps(document))
    else:
        _show(document)
    changed = any(not table.same for table in rebuilt.tables.values())
    context.exit(DIFFERENT if dry_run and changed else 0)


class _Bar:
    """A progress bar on standard error whose length is known only once the positions are locked."""

    def __init__(self, bar: Any) -> None:
        self.bar = bar

    def begin(self, events: int) -> None:
        self.bar.length = events
        self.bar.render_progress()

    def add(self, events: int) -> None:
        self.bar.update(events)


@contextmanager
def _progress() -> Iterator[_Bar]:
    with click.progressbar(length=0, label="Rebuilding", file=sys.stderr) as bar:
        yield _Bar(bar)


def make_anew(settings: Settings, receiver: str, dry_run: bool) -> Rebuilt:
    """Rebuild `receiver`, or only see what a rebuild would give. Raises LogIncomplete."""
    schema, make = RECEIVERS[receiver]
    with connect(settings, schema) as conn, connect(settings, survey.SCHEMA) as source, _progress() as bar:
        require_current(conn, schema)
        require_current(source, survey.SCHEMA)
        with source.transaction(), conn.transaction(force_rollback=dry_run):
            return make(conn, source, settings, bar)


def _show(document: dict[str, Any]) -> None:
    for name, table in document["tables"].items():
        click.echo(f"{name:<14}{table['rows']:>12,} rows, {'as before' if table['same'] else 'changed'}")
    for remark in document["remarks"]:
        click.echo(remark)
    for key, sequence in document["moved"].items():
        click.echo(f"{key}: its position was lost or behind, and is now {sequence:,}")
    if document["sent_again"]:
        click.echo(document["sent_again"])
    merged = f" and {document['decisions']:,} decisions" if document["receiver"] == "alerts" else ""
    would = "nothing is written" if document["dry_run"] else "done"
    click.echo(f"{would}: {document['events']:,} events{merged} in {document['seconds']:.1f} s")
