"""SQL of taking answers out of the scores: `response.voided_at`, and the table `void` of who did it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from services.survey.store import responses
from shared.db import Connection

# Whoever looks for what hardly ever occurs in all answers waits so long at most.
LONGEST_MS = 20_000

_WHICH = """r.survey = ANY(%(surveys)s) AND r.voided_at IS NULL
    AND (%(lowest)s::int IS NULL OR r.score >= %(lowest)s)
    AND (%(highest)s::int IS NULL OR r.score <= %(highest)s)
    AND (%(reason)s::text IS NULL OR %(reason)s = ANY(r.reasons))
    AND (%(channel)s::text IS NULL OR r.channel = %(channel)s)
    AND (%(since)s::timestamptz IS NULL OR r.answered_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR r.answered_at < %(until)s)
    AND (%(givers)s::bytea[] IS NULL OR r.respondent = ANY(%(givers)s))
    AND (%(q)s::text IS NULL OR position(lower(%(q)s) IN lower(r.comment)) > 0)"""


class Wanted(NamedTuple):
    """Which answers; None leaves a filter out. `since` is included, `until` is not. givers: one person's pseudonyms."""

    surveys: Sequence[str]
    lowest: int | None = None
    highest: int | None = None
    reason: str | None = None
    channel: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    givers: Sequence[bytes] | None = None
    q: str | None = None


def count(conn: Connection, wanted: Wanted) -> list[dict[str, Any]]:
    """How many there are, survey by survey: survey, answers, first, last (answered_at)."""
    _limit(conn)
    return conn.execute(
        f"""SELECT r.survey, count(*)::int AS answers, min(r.answered_at) AS first, max(r.answered_at) AS last
            FROM response AS r WHERE {_WHICH} GROUP BY 1 ORDER BY 1""",
        wanted._asdict(),
    ).fetchall()


def sample(conn: Connection, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
    """The newest of them, to look at: survey, score, comment, reasons, channel, answered_at."""
    _limit(conn)
    return conn.execute(
        f"""SELECT r.survey, r.score, r.comment, r.reasons, r.channel, r.answered_at
            FROM response AS r WHERE {_WHICH} ORDER BY r.answered_at DESC, r.answer_id DESC LIMIT {limit}""",
        wanted._asdict(),
    ).fetchall()


def lock(conn: Connection, wanted: Wanted, limit: int) -> list[dict[str, Any]]:
    """They themselves, at most `limit`, unchanged by anybody until the commit, as their events need them."""
    responses.enter(conn)
    _limit(conn)
    return conn.execute(
        f"""SELECT r.id, r.answer_id, r.survey, r.survey_revision, r.score, r.reasons, r.segments, r.lang, r.channel,
                   r.answered_at, r.historic
            FROM response AS r WHERE {_WHICH} ORDER BY r.id LIMIT {limit} FOR UPDATE""",
        wanted._asdict(),
    ).fetchall()


def void(conn: Connection, ids: Sequence[UUID], by: str, filter_: dict[str, Any]) -> tuple[UUID, datetime]:
    """Mark answers as voided and note who did it; the note's id and time."""
    conn.execute("UPDATE response SET voided_at = now() WHERE id = ANY(%b::uuid[])", [list(ids)])
    row = conn.execute(
        "INSERT INTO void (voided_by, filter, answers) VALUES (%s, %s, %s) RETURNING id, voided_at",
        [by, Jsonb(filter_), len(ids)],
    ).fetchone()
    assert row is not None
    return row["id"], row["voided_at"]


def newest(conn: Connection, limit: int) -> list[dict[str, Any]]:
    """The last times that answers were voided, newest first: id, voided_at, voided_by, filter, answers."""
    return conn.execute(
        "SELECT id, voided_at, voided_by, filter, answers FROM void ORDER BY voided_at DESC, id DESC LIMIT %s",
        [limit],
    ).fetchall()


def _limit(conn: Connection) -> None:
    """Raises psycopg.errors.QueryCanceled after that time. The caller's transaction keeps this limit."""
    conn.execute(f"SET LOCAL statement_timeout = {LONGEST_MS}")
