"""`journeyloop republish`: have the relay send the log again from where a receiver needs it."""

from __future__ import annotations

import click

from services import aggregator, alerts, survey
from services.alerts.store import follow_ups
from shared import outbox, positions
from shared.db import connect
from shared.events import FOLLOW_UPS, JOURNEYS, RESPONSES
from shared.settings import Settings, load

RECEIVERS = {"aggregator": aggregator.SCHEMA, "alerts": alerts.SCHEMA}


@click.command()
@click.option("--all", "everything", is_flag=True, help="The whole log, not just what a receiver lacks.")
def republish(everything: bool) -> None:
    """Send answers and cases again, from the first that a receiver lacks, and the latest map of each journey.

    Receivers skip what they have, so this is harmless at any time. It returns at once; the relay does the sending.
    """
    click.echo(send_again(load(), everything=everything))


def send_again(settings: Settings, *, everything: bool) -> str:
    """Put the relay back to the first event that a receiver lacks, or to the beginning; says what will be sent."""
    needed = [] if everything else _needed(settings)
    with connect(settings, survey.SCHEMA) as conn, conn.transaction():
        start = min((outbox.lowest_needed(conn, topic, have) for topic, have in needed), default=0)
        resent = outbox.rewind(conn, start)
        maps = outbox.repeat_latest(conn, JOURNEYS)
    return (
        f"{resent:,} events after position {start:,}, and the maps of {maps:,} journeys, will be sent again"
    )


def _needed(settings: Settings) -> list[tuple[str, dict[str, int]]]:
    """By topic, the last sequence per key that each receiver has; a case's revisions are the sequences of its key."""
    found = []
    for schema in RECEIVERS.values():
        with connect(settings, schema) as conn:
            found.append((RESPONSES, positions.read(conn)))
    with connect(settings, alerts.SCHEMA) as conn:
        found.append((FOLLOW_UPS, follow_ups.revisions(conn)))
    return found
