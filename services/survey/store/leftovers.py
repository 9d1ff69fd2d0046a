"""SQL of what imports keep of a person besides answers: refused rows, and files not worked off yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from shared.db import Connection

# An address is the same in other capitals (`contact.every_name`).
_NAMES = r"""EXISTS (SELECT FROM json_array_elements_text(r.cells) AS cell
                WHERE btrim(cell, E' \t\r\n') = %(name)s
                   OR position('@' IN %(name)s) > 0 AND lower(btrim(cell, E' \t\r\n')) = lower(%(name)s))"""


class Place(NamedTuple):
    """Where a refused row is: the id of its import, its number there."""

    import_id: UUID
    row: int


FIRST = Place(UUID(int=0), 0)


def rejects(conn: Connection, name: str) -> list[dict[str, Any]]:
    """Refused rows with a cell that is `name`: import, file_name, row, header, cells."""
    return conn.execute(
        f"""SELECT r.import_id AS import, i.file_name, r."row", i.header, r.cells
            FROM import_reject AS r JOIN import AS i ON i.id = r.import_id
            WHERE {_NAMES} ORDER BY i.created_at, i.id, r."row" """,
        {"name": name},
    ).fetchall()


def forget_rejects(conn: Connection, name: str) -> int:
    """Delete refused rows with a cell that is `name`; the import's numbers stay. The rows deleted."""
    return conn.execute(f"DELETE FROM import_reject AS r WHERE {_NAMES}", {"name": name}).rowcount


def some_rejects(conn: Connection, after: Place, limit: int) -> list[tuple[Place, list[str]]]:
    """The next refused rows of whatever import, in the order of their places: place, cells."""
    rows = conn.execute(
        """SELECT import_id, "row", cells FROM import_reject WHERE (import_id, "row") > (%s, %s)
           ORDER BY import_id, "row" LIMIT %s""",
        [*after, limit],
    )
    return [(Place(row["import_id"], row["row"]), row["cells"]) for row in rows]


def delete_rejects(conn: Connection, places: Sequence[Place]) -> int:
    """Delete these refused rows; how many there were."""
    return conn.execute(
        """DELETE FROM import_reject
           WHERE (import_id, "row") IN (SELECT * FROM unnest(%b::uuid[], %b::bigint[]))""",
        [[place.import_id for place in places], [place.row for place in places]],
    ).rowcount


def waiting(conn: Connection, name: str) -> list[dict[str, Any]]:
    """Imports whose file is not worked off yet and holds `name` somewhere: import, file_name."""
    return conn.execute(
        """SELECT i.id AS import, i.file_name FROM import AS i
           WHERE EXISTS (SELECT FROM import_chunk AS c WHERE c.import_id = i.id AND position(%s::bytea IN c.data) > 0)
           ORDER BY i.created_at, i.id""",
        [name.encode()],
    ).fetchall()
