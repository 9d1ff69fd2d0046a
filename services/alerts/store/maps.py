"""SQL of the journeys' maps: the latest of each, as the survey service published it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg.types.json import Jsonb

from shared.db import Connection


def keep_journeys(conn: Connection, events: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
    """Keep each map whose revision is higher than the stored one; a retired journey keeps its last map.

    The journeys whose map is new.
    """
    latest: dict[str, tuple[str, dict[str, Any]]] = {}
    for kind, data in events:
        if data["revision"] > latest.get(data["journey"], ("", {"revision": 0}))[1]["revision"]:
            latest[data["journey"]] = (kind, data)
    if not latest:
        return []
    rows = sorted(latest.items())  # in order of their keys: no deadlocks
    kept = conn.execute(
        """INSERT INTO journey AS j (journey, revision, retired, document)
           SELECT * FROM unnest(%s::text[], %s::bigint[], %s::boolean[], %s::jsonb[])
           ON CONFLICT (journey) DO UPDATE
           SET revision = EXCLUDED.revision, retired = EXCLUDED.retired,
               document = CASE WHEN EXCLUDED.retired THEN j.document ELSE EXCLUDED.document END
           WHERE j.revision < EXCLUDED.revision
           RETURNING journey""",
        [
            [journey for journey, _ in rows],
            [data["revision"] for _, (_, data) in rows],
            [kind == "retired" for _, (kind, _) in rows],
            [Jsonb(data) for _, (_, data) in rows],
        ],
    )
    return [row["journey"] for row in kept]


def stage(conn: Connection, journey: str, stage: str) -> dict[str, Any] | None:
    """The stage's document in the latest map, or None where it is not on it."""
    row = conn.execute(
        "SELECT document FROM journey WHERE journey = %s AND NOT retired", [journey]
    ).fetchone()
    stages = row["document"].get("stages", []) if row else []
    return next((found for found in stages if found["key"] == stage), None)


def documents(conn: Connection) -> dict[str, dict[str, Any]]:
    """The latest map of every journey that is not retired, by key."""
    rows = conn.execute("SELECT journey, document FROM journey WHERE NOT retired ORDER BY journey")
    return {row["journey"]: row["document"] for row in rows}
