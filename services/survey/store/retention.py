"""SQL of how long comments are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.db import Connection

SLICE = 1000


def forget_comments(conn: Connection, days: int, now: datetime) -> int:
    """Delete a slice of the comments of answers given more than `days` ago, and nothing else of them; how many.

    With 0 days comments are kept. The index of comments serves it, survey by survey.
    """
    if not days:
        return 0
    done = conn.execute(
        """UPDATE response SET comment = NULL WHERE id = ANY(ARRAY(
               SELECT old.id FROM survey AS s CROSS JOIN LATERAL (
                   SELECT id FROM response AS r
                   WHERE r.survey = s.survey AND r.comment IS NOT NULL AND r.answered_at < %(until)s
                   LIMIT %(slice)s) AS old
               LIMIT %(slice)s))""",
        {"until": now - timedelta(days=days), "slice": SLICE},
    )
    return done.rowcount
