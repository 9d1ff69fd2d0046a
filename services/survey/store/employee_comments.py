"""SQL of what employees wrote. Only for `services/survey/employee_comments.py`: nothing of it may be told as it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.db import Connection

_MONTH = "date_trunc('month', r.answered_at AT TIME ZONE %(zone)s)::date AS month"
_AT = """FROM response AS r JOIN survey AS s USING (survey)
    WHERE s.journey = %(journey)s AND s.stage = %(stage)s AND s.audience = 'employee'
      AND (%(metric)s::text IS NULL OR s.metric = %(metric)s)"""


def answers(
    conn: Connection, journey: str, stage: str, metric: str | None, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """How many answers came, and were voided, in which minute: metric, month, came, gone, answers."""
    return conn.execute(
        f"""SELECT s.metric, {_MONTH}, date_trunc('minute', r.received_at) AS came,
                   date_trunc('minute', r.voided_at) AS gone, count(*)::int AS answers
            {_AT} GROUP BY 1, 2, 3, 4""",
        _values(journey, stage, metric, zone),
    ).fetchall()


def comments(
    conn: Connection, journey: str, stage: str, metric: str | None, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """What was written in answers that are not voided: metric, month, came, comment."""
    return conn.execute(
        f"""SELECT s.metric, {_MONTH}, r.received_at AS came, r.comment {_AT}
              AND r.comment IS NOT NULL AND r.comment <> '' AND r.voided_at IS NULL""",
        _values(journey, stage, metric, zone),
    ).fetchall()


def now(conn: Connection) -> datetime:
    """The database's time."""
    row = conn.execute("SELECT clock_timestamp() AS now").fetchone()
    assert row is not None
    at: datetime = row["now"]
    return at


def _values(journey: str, stage: str, metric: str | None, zone: ZoneInfo) -> dict[str, Any]:
    return {"journey": journey, "stage": stage, "metric": metric, "zone": zone.key}
