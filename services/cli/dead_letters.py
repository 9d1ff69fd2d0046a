"""`journeyloop dead-letters`: what a receiver could not read, and why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click
import orjson

from services import aggregator, alerts
from shared import dead_letters as store
from shared import stopping
from shared.db import connect, require_current
from shared.dead_letters import Kept
from shared.events import isoformat
from shared.settings import Settings, load

SCHEMAS = {"aggregator": aggregator.SCHEMA, "alerts": alerts.SCHEMA}
SHOWN_BYTES = 4_000
RECEIVER = click.Choice(sorted(SCHEMAS))


@click.group("dead-letters")
def dead_letters() -> None:
    """Look at events that could not be read. `journeyloop redrive` brings them back once the reason is mended."""


@dead_letters.command("list")
@click.option("--receiver", type=RECEIVER, help="Only those of one receiver.")
@click.option("--reason", default="", help="Only those whose reason contains this.")
@click.option("--key", default="", help="Only those of a journey, or of a journey/stage.")
@click.option("--missing", is_flag=True, help="Only those that a redrive could bring back.")
@click.option("--limit", default=50, help="At most so many of each receiver, the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line each.")
def list_(receiver: str | None, reason: str, key: str, missing: bool, limit: int, as_json: bool) -> None:
    """Newest first. An event of ours is named by its id, journey/stage/sequence, the same at every receiver.

    One with a # never had a place in the log: a stranger's message, by which nothing is missing.
    """
    settings = load()
    for name in [receiver] if receiver else sorted(SCHEMAS):
        for letter in _find(settings, name, reason=reason, key=key, missing=missing, limit=limit):
            if as_json:
                click.echo(orjson.dumps(document(name, letter)))
            else:
                state = "redriven" if letter.redriven_at else "missing" if letter.sequence else "foreign"
                when = f"{letter.died_at:%Y-%m-%d %H:%M}"
                click.echo(
                    f"{name:<11}{when:<17} {state:<9}{printable(letter.event)}  {printable(letter.reason)}"
                )


@dead_letters.command()
@click.argument("event")
@click.option("--receiver", type=RECEIVER, help="Only what this receiver has.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line each.")
def show(event: str, receiver: str | None, as_json: bool) -> None:
    """Everything about EVENT, as `list` names it, with the bytes that died."""
    settings = load()
    names = [receiver] if receiver else sorted(SCHEMAS)
    found = [(name, letter) for name in names for letter in _find(settings, name, event=event)]
    if not found:
        raise click.ClickException(f"there is no dead letter {event}")
    for name, letter in found:
        told = document(name, letter) | {"value": _value(letter)}
        if as_json:
            click.echo(orjson.dumps(told))
        else:
            click.echo("\n".join(f"{field:<13}{printable(str(value))}" for field, value in told.items()))


@dead_letters.command("let-pass")
@click.argument("receiver", type=RECEIVER)
@click.argument("count", type=click.IntRange(1, 10_000_000))
def let_pass(receiver: str, count: int) -> None:
    """Let a consumer that the stop rule ended go on: the next COUNT bad answers become dead letters uncounted.

    Look first at why they are bad: where it is our own mistake, mend that instead, and nothing becomes a dead letter.
    """
    with connect(load(), SCHEMAS[receiver]) as conn:
        require_current(conn, SCHEMAS[receiver])
        with conn.transaction():
            stopping.let_pass(conn, count)
    click.echo(f"the {receiver} consumer lets the next {count:,} bad answers pass")


def printable(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def document(receiver: str, letter: Kept) -> dict[str, Any]:
    """A letter as JSON, without its bytes."""
    return {
        "event": letter.event,
        "receiver": receiver,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "key": letter.key or None,
        "sequence": letter.sequence or None,
        "reason": letter.reason,
        "died_at": isoformat(letter.died_at),
        "redriven_at": _time(letter.redriven_at),
    }


def _find(settings: Settings, receiver: str, **how: Any) -> Iterator[Kept]:
    schema = SCHEMAS[receiver]
    with connect(settings, schema) as conn:
        require_current(conn, schema)
        yield from store.find(conn, **how)


def _value(letter: Kept) -> str | None:
    if letter.value is None:
        return None
    text = letter.value[:SHOWN_BYTES].decode("utf-8", "backslashreplace")
    return text if len(letter.value) <= SHOWN_BYTES else f"{text}… ({len(letter.value):,} bytes)"


def _time(moment: datetime | None) -> str | None:
    return isoformat(moment) if moment else None
