"""The SQL of wins."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from services.alerts.messages.story import WIN
from services.alerts.store import notifications
from services.alerts.store.detectors import Place
from services.alerts.store.incidents import ALPHABET, ID_LENGTH
from shared.db import Connection
from shared.reserved import CHECK

_FIELDS = """id, journey, stage, metric, audience, found_at, onset, sequence, before, since, evidence, budget,
             false_wins_per_year, cause, thanks"""
NO_FILTERS: Mapping[str, str | None] = dict.fromkeys(("journey", "stage", "metric", "audience"))
_MATCHING = """CASE WHEN %(journey)s::text IS NULL THEN journey <> %(hidden)s ELSE journey = %(journey)s END
               AND (%(stage)s::text IS NULL OR stage = %(stage)s)
               AND (%(metric)s::text IS NULL OR metric = %(metric)s)
               AND (%(audience)s::text IS NULL OR audience = %(audience)s)
               AND (%(keys)s::text[] IS NULL OR journey || '/' || stage = ANY(%(keys)s))"""


def add(conn: Connection, place: Place, found: Mapping[str, Any]) -> str:
    """Keep a win and have its people told; its id. found: the columns besides id, place, cause and thanks."""
    win = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
    values = dict(found) | {"before": Jsonb(found["before"]), "since": Jsonb(found["since"])}
    conn.execute(
        """INSERT INTO win (id, journey, stage, metric, audience, found_at, onset, sequence, before, since,
                            evidence, budget, false_wins_per_year)
           VALUES (%(id)s, %(journey)s, %(stage)s, %(metric)s, %(audience)s, %(found_at)s, %(onset)s, %(sequence)s,
                   %(before)s, %(since)s, %(evidence)s, %(budget)s, %(false_wins_per_year)s)""",
        values | {"id": win} | dict(zip(NO_FILTERS, place, strict=True)),
    )
    notifications.announce(conn, f"{WIN}/{win}", WIN, place, {"win": win})
    return win


def read(conn: Connection, win: str) -> dict[str, Any] | None:
    """One win, or None."""
    return conn.execute(f"SELECT {_FIELDS} FROM win WHERE id = %s", [win]).fetchone()


def newest(
    conn: Connection,
    filters: Mapping[str, str | None] = NO_FILTERS,
    after: tuple[datetime, str] | None = None,
    limit: int = 200,
    keys: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """Wins, newest first, that match the filters given (journey, stage, metric, audience).

    keys: of these stages only ("journey/stage"). Those of `journeyloop check` only where its journey is named.
    """
    found_at, id_ = after or (None, None)
    return conn.execute(
        f"""SELECT {_FIELDS} FROM win WHERE {_MATCHING}
              AND (%(found_at)s::timestamptz IS NULL OR found_at < %(found_at)s
                   OR (found_at = %(found_at)s AND id > %(id)s))
            ORDER BY found_at DESC, id LIMIT %(limit)s""",
        {**NO_FILTERS, **filters, "keys": None if keys is None else list(keys), "hidden": CHECK}
        | {"found_at": found_at, "id": id_, "limit": limit},
    ).fetchall()


def found_within(conn: Connection, journey: str, first: datetime, end: datetime) -> list[dict[str, Any]]:
    """The wins of a journey found from `first` to before `end`, in order."""
    return conn.execute(
        f"""SELECT {_FIELDS} FROM win WHERE journey = %s AND found_at >= %s AND found_at < %s
            ORDER BY found_at, id""",
        [journey, first, end],
    ).fetchall()


def keep_told(
    conn: Connection, win: str, cause: Mapping[str, Any] | None, thanks: Sequence[Mapping[str, Any]]
) -> None:
    """Keep with the win what its message said: where it comes from, and the actions thanked."""
    conn.execute(
        "UPDATE win SET cause = coalesce(%s, cause), thanks = %s WHERE id = %s",
        [Jsonb(cause) if cause else None, Jsonb(list(thanks)), win],
    )
