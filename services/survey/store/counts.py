"""How many answers there are, survey by survey and day by day: what `journeyloop recount` compares with the scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from shared.db import Connection
from shared.events import RECORDED, RESPONSES, VOIDED, response_type

Cells = dict[tuple[str, date], int]

# What an event does to the number of answers of its survey and day.
_EFFECT = "sum(CASE o.type WHEN %(recorded)s THEN 1 WHEN %(voided)s THEN -1 ELSE 0 END)"
# Of employees only the month is counted: its first day stands for it.
_DAY = """CASE WHEN {audience} = 'employee' THEN date_trunc('month', {at} AT TIME ZONE %(zone)s)::date
    ELSE ({at} AT TIME ZONE %(zone)s)::date END AS day"""
_CELL = "o.data ->> 'survey' AS survey, " + _DAY.format(
    audience="o.data ->> 'audience'", at="(o.data ->> 'answered_at')::timestamptz"
)
_NAMES = {"recorded": response_type(RECORDED), "voided": response_type(VOIDED), "topic": RESPONSES}


def accepted(conn: Connection, zone: ZoneInfo) -> Cells:
    """Stored answers that are not voided, by survey and day of `answered_at` in `zone`."""
    rows = conn.execute(
        f"""SELECT r.survey, {_DAY.format(audience="s.audience", at="r.answered_at")}, count(*) AS n
            FROM response AS r JOIN survey AS s USING (survey) WHERE voided_at IS NULL GROUP BY 1, 2""",
        {"zone": zone.key},
    )
    return _cells(rows)


def outstanding(conn: Connection, zone: ZoneInfo, received: Mapping[str, int]) -> Cells:
    """Answers whose event is not stamped yet, or is above the last sequence that a receiver has of its key."""
    rows = conn.execute(
        f"""SELECT {_CELL}, {_EFFECT} AS n FROM (
                SELECT type, data FROM outbox WHERE topic = %(topic)s AND position IS NULL
                UNION ALL
                SELECT late.type, late.data FROM outbox_key AS k
                LEFT JOIN unnest(%(keys)s::text[], %(sequences)s::bigint[]) AS have(key, sequence) USING (key)
                JOIN outbox AS late ON late.topic = k.topic AND late.key = k.key
                                   AND late.sequence > coalesce(have.sequence, 0)
                WHERE k.topic = %(topic)s
            ) AS o GROUP BY 1, 2""",
        _NAMES | {"zone": zone.key, "keys": list(received), "sequences": list(received.values())},
    )
    return _cells(rows)


def of_events(conn: Connection, zone: ZoneInfo, events: Iterable[tuple[str, int]]) -> Cells:
    """What the events with these (key, sequence) add, by survey and day."""
    pairs = list(events)
    rows = conn.execute(
        f"""SELECT {_CELL}, {_EFFECT} AS n
            FROM unnest(%(keys)s::text[], %(sequences)s::bigint[]) AS wanted(key, sequence)
            JOIN outbox AS o ON o.topic = %(topic)s AND o.key = wanted.key AND o.sequence = wanted.sequence
            GROUP BY 1, 2""",
        _NAMES
        | {"zone": zone.key, "keys": [key for key, _ in pairs], "sequences": [number for _, number in pairs]},
    )
    return _cells(rows)


def _cells(rows: Iterable[dict[str, Any]]) -> Cells:
    return {(row["survey"], row["day"]): int(row["n"]) for row in rows if row["n"]}
