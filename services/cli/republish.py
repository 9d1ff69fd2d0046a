"""`journeyloop republish`: have the relay send the log again from where a receiver needs it."""

from __future__ import annotations

import click

from services import aggregator, alerts, survey
from shared import outbox, positions
from shared.db import connect
from shared.events import JOURNEYS, RESPONSES
from shared.settings import Settings, load

RECEIVERS = {"aggregator": aggregator.SCHEMA, "alerts": alerts.SCHEMA}


@click.command()
@click.option("--all", "everything", is_flag=True, help="The whole log, not just what a receiver lacks.")
def republish(everything: bool) -> None:
    """Send answers again, from the first that a receiver lacks, and the latest map of each journey.

    Receivers skip what they have, so this is harmless at any time. It returns at once; the relay does the sending.
    """
    click.echo(send_again(load(), everything=everything))


def send_again(settings: Settings, *, everything: bool) -> str:
    """Put the relay back to the first answer that a receiver lacks, or to the beginning; says what will be sent."""
    needed = {} if everything else _needed(settings)
    with connect(settings, survey.SCHEMA) as conn, conn.transaction():
        start = min((outbox.lowest_needed(conn, RESPONSES, have) for have in needed.values()), default=0)
        resent = outbox.rewind(conn, start)
        maps = outbox.repeat_latest(conn, JOURNEYS)
    return (
        f"{resent:,} events after position {start:,}, and the maps of {maps:,} journeys, will be sent again"
    )


def _needed(settings: Settings) -> dict[str, dict[str, int]]:
    """The last sequence per key that each receiver has."""
    found = {}
    for name, schema in RECEIVERS.items():
        with connect(settings, schema) as conn:
            found[name] = positions.read(conn)
    return found
