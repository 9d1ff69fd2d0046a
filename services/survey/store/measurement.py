"""SQL of how a stage is asked: answers a day by channel and language, and since when each wording is live."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.db import Connection
from shared.events import JOURNEYS

# Whoever asks gives up after 1.5 s; a query must not go on without them.
LONGEST_MS = 1000


def days(
    conn: Connection, surveys: Sequence[str], since: datetime, until: datetime, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """Answers to `surveys` from `since` until before `until`: day (in `zone`), channel, language, answers.

    channel and language are null where the answer did not say; a language is its first part (pt of pt-BR). Raises
    psycopg.errors.QueryCanceled after a second. The caller's transaction keeps this limit.
    """
    conn.execute(f"SET LOCAL statement_timeout = {LONGEST_MS}")
    return conn.execute(
        """SELECT (answered_at AT TIME ZONE %s)::date AS day, channel,
                  lower(split_part(lang, '-', 1)) AS language, count(*)::int AS answers
           FROM response
           WHERE survey = ANY(%s) AND answered_at >= %s AND answered_at < %s AND voided_at IS NULL
           GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""",
        [zone.key, list(surveys), since, until],
    ).fetchall()


def wordings(conn: Connection, place: dict[str, str]) -> list[dict[str, Any]]:
    """Each wording that was ever live at a journey's stage for one metric and audience: survey, revision, live_from.

    From the log of published maps, which holds every change of a survey.
    """
    return conn.execute(
        """SELECT s ->> 'survey' AS survey, (s ->> 'revision')::int AS revision, min(received_at) AS live_from
           FROM outbox CROSS JOIN LATERAL jsonb_array_elements(data -> 'surveys') AS s
           WHERE topic = %(topic)s AND key = %(journey)s AND sequence IS NOT NULL
             AND s ->> 'stage' = %(stage)s AND s ->> 'metric' = %(metric)s AND s ->> 'audience' = %(audience)s
           GROUP BY 1, 2 ORDER BY 3, 1, 2""",
        place | {"topic": JOURNEYS},
    ).fetchall()
