"""SQL of a rebuild: what is rebuilt, what it held, and how far the live consumers had come."""

from __future__ import annotations

from typing import LiteralString

from services.alerts.store.detectors import Place
from shared.db import Connection
from shared.events import RESPONSES

_PLACE = "d.journey, d.stage, d.metric, d.audience"
# Without the ids, which are new after every rebuild.
HELD = {
    "detector": f"SELECT {_PLACE}, d.last_sequence, d.last_decision, d.state FROM detector AS d",
    "day_sum": f"""SELECT {_PLACE}, s.day, s.survey, s.survey_revision, s.n, s.halves, s.squares
                   FROM day_sum AS s JOIN detector AS d ON d.id = s.detector""",
    "position": "SELECT key, last_sequence, skipped FROM position",
}


def empty(conn: Connection) -> None:
    """Forget every detector and its day sums; a rebuilt one gets a new id, so no process takes it for the old one."""
    conn.execute("DELETE FROM detector")


def watched(conn: Connection) -> dict[str, int]:
    """The last sequence of each key of which anything besides its position says that alerts had it."""
    rows = conn.execute(
        """SELECT key, max(sequence) AS last FROM (
               SELECT key, last_sequence AS sequence FROM detector
               UNION ALL SELECT key, after_sequence FROM decision WHERE place IS NOT NULL
               UNION ALL SELECT journey || '/' || stage, opening_sequence FROM incident
               UNION ALL SELECT journey || '/' || stage, sequence FROM win
               UNION ALL SELECT key, sequence FROM dead_letter
                         WHERE topic = %s AND key IS NOT NULL AND sequence IS NOT NULL) AS seen
           GROUP BY key""",
        [RESPONSES],
    )
    return {row["key"]: row["last"] for row in rows}


def openings(conn: Connection) -> set[tuple[Place, int]]:
    """Place and opening sequence of every incident there ever was."""
    return _found(conn, "SELECT journey, stage, metric, audience, opening_sequence AS sequence FROM incident")


def wins(conn: Connection) -> set[tuple[Place, int]]:
    """Place and sequence of every win there ever was."""
    return _found(conn, "SELECT journey, stage, metric, audience, sequence FROM win")


def _found(conn: Connection, text: LiteralString) -> set[tuple[Place, int]]:
    return {
        ((row["journey"], row["stage"], row["metric"], row["audience"]), row["sequence"])
        for row in conn.execute(text)
    }
