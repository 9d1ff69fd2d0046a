"""SQL of `segment_value`: the first 50 values of each segment key of a journey."""

from __future__ import annotations

from collections.abc import Iterable

from services.survey.definition import KEPT_SEGMENT_VALUES
from shared.db import Connection


def keep(conn: Connection, journey: str, key: str, values: Iterable[str]) -> frozenset[str]:
    """Keep as many of `values` as there is room for, in the order given; all values kept of the key afterwards.

    Holds the key's lock until the commit, so that two transactions can't both take the last place.
    """
    conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"segment:{journey}/{key}"])
    kept = _kept(conn, journey, key)
    room = KEPT_SEGMENT_VALUES - len(kept)
    new = [value for value in dict.fromkeys(values) if value not in kept][: max(room, 0)]
    conn.execute(
        "INSERT INTO segment_value (journey, key, value) SELECT %s, %s, unnest(%s::text[])",
        [journey, key, new],
    )
    return kept | frozenset(new)


def _kept(conn: Connection, journey: str, key: str) -> frozenset[str]:
    rows = conn.execute("SELECT value FROM segment_value WHERE journey = %s AND key = %s", [journey, key])
    return frozenset(row["value"] for row in rows)
