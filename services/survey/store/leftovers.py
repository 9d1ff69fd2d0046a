"""SQL of what imports keep of a person besides answers: refused rows, and files not worked off yet."""

from __future__ import annotations

from typing import Any

from shared.db import Connection

_NAMES = r"""EXISTS (SELECT FROM json_array_elements_text(r.cells) AS cell
                WHERE btrim(cell, E' \t\r\n') = %(name)s)"""


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


def waiting(conn: Connection, name: str) -> list[dict[str, Any]]:
    """Imports whose file is not worked off yet and holds `name` somewhere: import, file_name."""
    return conn.execute(
        """SELECT i.id AS import, i.file_name FROM import AS i
           WHERE EXISTS (SELECT FROM import_chunk AS c WHERE c.import_id = i.id AND position(%s::bytea IN c.data) > 0)
           ORDER BY i.created_at, i.id""",
        [name.encode()],
    ).fetchall()
