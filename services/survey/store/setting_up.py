"""SQL of what the setup checklist asks: what was shown and answered, what was blocked, how far a test answer came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from shared.db import Connection


def shown(conn: Connection, surveys: Sequence[str]) -> set[str]:
    """Those surveys that a page showed at least once."""
    rows = conn.execute(
        """SELECT s.survey FROM unnest(%s::text[]) AS s(survey)
           WHERE EXISTS (SELECT FROM impression AS i WHERE i.survey = s.survey AND i.shown > 0)""",
        [list(surveys)],
    )
    return {row["survey"] for row in rows}


def answered(conn: Connection, surveys: Sequence[str]) -> set[str]:
    """Those surveys of customers with a live response among their latest: one that was not imported."""
    rows = conn.execute(
        """SELECT s.survey FROM unnest(%s::text[]) AS s(survey) JOIN survey USING (survey)
           WHERE audience = 'customer'
             AND EXISTS (SELECT FROM (SELECT historic FROM response AS r WHERE r.survey = s.survey
                                      ORDER BY r.answered_at DESC, r.answer_id DESC LIMIT 100) AS latest
                         WHERE NOT historic)""",
        [list(surveys)],
    )
    return {row["survey"] for row in rows}


def blocked(conn: Connection, surveys: Sequence[str], since: date, limit: int) -> list[dict[str, Any]]:
    """Displays refused since a day because of the page's origin: survey, origin, displays; most displays first."""
    return conn.execute(
        """SELECT survey, origin, sum(displays)::bigint AS displays FROM blocked_origin
           WHERE survey = ANY(%s) AND day >= %s
           GROUP BY survey, origin ORDER BY displays DESC, survey, origin LIMIT %s""",
        [list(surveys), since, limit],
    ).fetchall()


def tested(
    conn: Connection, survey: str, topic: str, key: str, days: tuple[date, date], zone: str
) -> dict[str, Any]:
    """Of a survey's responses: `stored` (how many on `days` in `zone`, both included), `at` (the last), `sequence` (the
    last stamped of its key)."""
    row = conn.execute(
        """SELECT count(*) FILTER (WHERE (answered_at AT TIME ZONE %s)::date BETWEEN %s AND %s) AS stored,
                  max(received_at) AS at,
                  coalesce((SELECT last_sequence FROM outbox_key WHERE topic = %s AND key = %s), 0) AS sequence
           FROM response WHERE survey = %s""",
        [zone, *days, topic, key, survey],
    ).fetchone()
    assert row is not None
    return row
