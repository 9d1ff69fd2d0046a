"""SQL of reading answers as people do: the newest that match, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.db import Connection

# What hardly ever occurs is looked for in every answer; whoever asks does not wait for that, nor does the database.
LONGEST_MS = 2_000

_NEWEST = """
    SELECT found.answer_id, survey.survey, survey.journey, survey.stage, survey.touchpoint, survey.metric,
           survey.audience, found.survey_revision, found.score, found.comment, found.reasons, found.segments,
           found.lang, found.channel, found.answered_at, found.received_at, found.historic
    FROM survey CROSS JOIN LATERAL (
        SELECT * FROM response AS r
        WHERE r.survey = survey.survey AND r.voided_at IS NULL
          AND (%(lowest)s::int IS NULL OR r.score >= %(lowest)s)
          AND (%(highest)s::int IS NULL OR r.score <= %(highest)s)
          AND (%(reason)s::text IS NULL OR %(reason)s = ANY(r.reasons))
          AND (%(since)s::timestamptz IS NULL OR r.answered_at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR r.answered_at < %(until)s)
          AND (%(after_id)s::uuid IS NULL OR (r.answered_at, r.answer_id) < (%(after_time)s, %(after_id)s))
          {more}
        ORDER BY r.answered_at DESC, r.answer_id DESC LIMIT %(limit)s
    ) AS found
    WHERE survey.survey = ANY(%(surveys)s)
    ORDER BY found.answered_at DESC, found.answer_id DESC LIMIT %(limit)s"""
# In the statement's text, so that the index of comments can serve it.
_COMMENTED = "AND r.comment IS NOT NULL AND r.comment <> ''"
_SEARCHED = "AND r.comment ILIKE %(pattern)s"


class Wanted(NamedTuple):
    """Which answers a list shows; None leaves a filter out.

    lowest, highest: of the score, both included. `since` is included, `until` is not. q: words as they stand in the
    comment, whatever their case.
    """

    lowest: int | None = None
    highest: int | None = None
    reason: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    q: str | None = None
    with_comment: bool = False
    after_time: datetime | None = None
    after_id: UUID | None = None


def newest(conn: Connection, surveys: Sequence[str], wanted: Wanted, limit: int) -> list[dict[str, Any]]:
    """The latest answers to `surveys` that are wanted, newest first, with their place; without who answered.

    As a rule a few rows of each survey's index are read, however many answers there are. Raises
    psycopg.errors.QueryCanceled after 2 s. The caller's transaction keeps this limit.
    """
    conn.execute(f"SET LOCAL statement_timeout = {LONGEST_MS}")
    more = (_COMMENTED if wanted.with_comment or wanted.q else "") + (_SEARCHED if wanted.q else "")
    values = {**wanted._asdict(), "pattern": _pattern(wanted.q), "surveys": list(surveys), "limit": limit}
    return conn.execute(_NEWEST.format(more=more), values).fetchall()


def last_answered(conn: Connection, surveys: Sequence[str]) -> dict[str, datetime]:
    """When each survey that customers answered was last answered; one look into the index a survey."""
    rows = conn.execute(
        """SELECT wanted.key, last.answered_at FROM unnest(%s::text[]) AS wanted(key)
           JOIN survey ON survey.survey = wanted.key AND survey.audience = 'customer' CROSS JOIN LATERAL (
               SELECT answered_at FROM response AS r WHERE r.survey = wanted.key AND r.voided_at IS NULL
               ORDER BY answered_at DESC, answer_id DESC LIMIT 1) AS last""",
        [list(surveys)],
    )
    return {row["key"]: row["answered_at"] for row in rows}


def _pattern(text: str | None) -> str | None:
    if not text:
        return None
    for special in ("\\", "%", "_"):
        text = text.replace(special, "\\" + special)
    return f"%{text}%"
