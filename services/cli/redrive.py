"""`journeyloop redrive`: events that died on their way are counted after all, each exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
import orjson

from services import alerts, survey
from services.aggregator import handler
from services.aggregator.periods import Days
from services.alerts.redriving import bring_back
from services.cli.dead_letters import RECEIVER, SCHEMAS, printable
from shared import dead_letters, outbox
from shared.batch import Batch
from shared.db import Connection, connect, require_current
from shared.dead_letters import Kept
from shared.events import RESPONSES
from shared.redriving import AT_ONCE, BringBack, Redriven
from shared.redriving import redrive as bring_back_all
from shared.settings import Settings, load

SHOWN = 20


@click.command()
@click.argument("events", nargs=-1)
@click.option("--reason", default="", help="Those whose reason contains this.")
@click.option("--all", "everything", is_flag=True, help="All that are missing.")
@click.option("--receiver", type=RECEIVER, help="At one receiver only; else at both.")
@click.option("--dry-run", is_flag=True, help="Say what would come back; nothing is written.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def redrive(
    context: click.Context,
    events: tuple[str, ...],
    reason: str,
    everything: bool,
    receiver: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring EVENTS back (as `journeyloop dead-letters list` names them), or those of a --reason, or --all.

    Each is read anew from the log, by today's rules, and counted exactly once: running this again brings nothing back
    twice. Brought back, an answer counts in the scores and in baselines; it opens and closes no incident. Of a map or a
    follow-up the latest state is sent again. Consumers may run.

    Exits with 1 where one that was asked for is still missing.
    """
    if bool(events) + bool(reason) + everything != 1:
        raise click.UsageError("name EVENTS, or give --reason, or --all")
    settings = load()
    names = [receiver] if receiver else sorted(SCHEMAS)
    _known(settings, names, events)
    done = {name: _redrive(settings, name, events, reason, dry_run) for name in names}
    document = {name: _document(found) for name, found in done.items()}
    if as_json:
        click.echo(orjson.dumps({"dry_run": dry_run, "receivers": document}))
    else:
        _show(document, dry_run)
    context.exit(1 if any(found["still_missing"] for found in document.values()) else 0)


def _known(settings: Settings, names: Sequence[str], events: Sequence[str]) -> None:
    """Raise ClickException naming the first of `events` that no receiver has a dead letter of."""
    for event in events:
        with _open(settings, names) as connections:
            if not any(dead_letters.find(conn, event=event) for conn in connections):
                raise click.ClickException(f"there is no dead letter {event}")


@contextmanager
def _open(settings: Settings, names: Sequence[str]) -> Iterator[list[Connection]]:
    connections = [connect(settings, SCHEMAS[name]) for name in names]
    try:
        yield connections
    finally:
        for conn in connections:
            conn.close()


def _redrive(
    settings: Settings, receiver: str, events: Sequence[str], reason: str, dry_run: bool
) -> list[Redriven]:
    schema = SCHEMAS[receiver]
    with connect(settings, schema) as conn, connect(settings, survey.SCHEMA) as source:
        require_current(conn, schema)
        require_current(source, survey.SCHEMA)
        letters = _chosen(conn, events, reason)
        answers = sorted((one for one in letters if one.topic == RESPONSES), key=lambda one: one[4:6])
        done = []
        take = _taking(settings, receiver, conn)
        for first in range(0, len(answers), AT_ONCE):
            with source.transaction(), conn.transaction(force_rollback=dry_run):
                done += bring_back_all(conn, source, answers[first : first + AT_ONCE], take)
        return done + _send_states(conn, source, [one for one in letters if one.topic != RESPONSES], dry_run)


def _chosen(conn: Connection, events: Sequence[str], reason: str) -> list[Kept]:
    if not events:
        return dead_letters.find(conn, reason=reason, missing=True)
    return [
        one for event in dict.fromkeys(events) for one in dead_letters.find(conn, event=event, missing=True)
    ]


def _taking(settings: Settings, receiver: str, conn: Connection) -> BringBack:
    if receiver == alerts.SCHEMA.name:
        return bring_back
    handler.require_zone(conn, settings)
    days = Days(settings.report_tz)
    return lambda conn, responses: handler.apply(conn, Batch(list(responses)), days)


def _send_states(
    conn: Connection, source: Connection, letters: Sequence[Kept], dry_run: bool
) -> list[Redriven]:
    """Maps and follow-ups are whole states: the latest of each is sent again, also where a newer one came since."""
    for topic in sorted({one.topic for one in letters}):
        with source.transaction(force_rollback=dry_run):
            outbox.repeat_latest(source, topic, sorted({one.key for one in letters if one.topic == topic}))
    with conn.transaction(force_rollback=dry_run):
        dead_letters.mark_redriven(conn, [one.id for one in letters])
    return [Redriven(one.event, None) for one in letters]


def _document(found: Sequence[Redriven]) -> dict[str, Any]:
    missing = [one for one in found if one.reason is not None]
    return {
        "brought_back": len(found) - len(missing),
        "still_missing": len(missing),
        "reasons": [{"event": one.event, "reason": one.reason} for one in missing],
    }


def _show(document: dict[str, dict[str, Any]], dry_run: bool) -> None:
    word = "would be brought back" if dry_run else "brought back"
    for receiver, found in document.items():
        click.echo(
            f"{receiver:<11}{found['brought_back']:,} {word}, {found['still_missing']:,} still missing"
        )
        for one in found["reasons"][:SHOWN]:
            click.echo(f"  {one['event']}: {printable(one['reason'])}")
        if len(found["reasons"]) > SHOWN:
            click.echo(f"  … and {len(found['reasons']) - SHOWN:,} more")
