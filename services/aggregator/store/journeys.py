"""The latest map of each journey."""

from __future__ import annotations

from psycopg.types.json import Jsonb

from services.aggregator.maps import Map
from shared.db import Connection


def save(conn: Connection, maps: dict[str, Map]) -> None:
    """Keep each journey's map where its revision is above the stored one; without a document the stored one stays."""
    rows = sorted(maps.items())
    conn.execute(
        """INSERT INTO journey AS j (journey, revision, retired, document)
           SELECT journey, revision, retired, coalesce(document, '{}')
           FROM unnest(%s::text[], %s::bigint[], %s::boolean[], %s::jsonb[])
                AS new(journey, revision, retired, document)
           ON CONFLICT (journey) DO UPDATE
           SET revision = excluded.revision, retired = excluded.retired,
               document = CASE WHEN excluded.document = '{}' THEN j.document ELSE excluded.document END
           WHERE excluded.revision > j.revision""",
        [
            [journey for journey, _ in rows],
            [new.revision for _, new in rows],
            [new.retired for _, new in rows],
            [None if new.document is None else Jsonb(new.document) for _, new in rows],
        ],
    )


def get(conn: Connection, journey: str) -> Map | None:
    """The latest map of a journey; None where none came yet."""
    row = conn.execute(
        "SELECT revision, retired, document FROM journey WHERE journey = %s AND document <> '{}'", [journey]
    ).fetchone()
    return Map(**row) if row else None


def every(conn: Connection, after: str, limit: int, hidden: str) -> list[Map]:
    """The maps of journeys that are not retired, in order of their keys from the one after `after` on."""
    rows = conn.execute(
        """SELECT revision, retired, document FROM journey
           WHERE journey > %s AND journey <> %s AND NOT retired AND document <> '{}' ORDER BY journey LIMIT %s""",
        [after, hidden, limit],
    )
    return [Map(**row) for row in rows]
