"""SQL of everything that is kept of one person, by their pseudonyms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.db import Connection


def answers(conn: Connection, digests: Sequence[bytes]) -> list[dict[str, Any]]:
    """The person's answers with their place, oldest first. `question` is {lang: text} where it still reads as asked."""
    return conn.execute(
        """SELECT r.id, r.survey, s.journey, s.stage, s.touchpoint, s.metric, s.audience,
                  CASE WHEN s.revision = r.survey_revision THEN s.document -> 'question' END AS question,
                  r.score, r.comment, r.reasons, r.attributes, r.segments, r.lang, r.channel, r.answered_at,
                  r.received_at, r.respondent_verified AS verified, r.historic, r.voided_at IS NULL AS counted
           FROM response AS r JOIN survey AS s USING (survey)
           WHERE r.respondent = ANY(%s) ORDER BY r.answered_at, r.id""",
        [list(digests)],
    ).fetchall()


def contacts(conn: Connection, digests: Sequence[bytes]) -> list[dict[str, Any]]:
    """What the person was asked and did not want, survey by survey: survey, asked_at, dismissed_at, never_at."""
    return conn.execute(
        """SELECT survey, asked_at, dismissed_at, never_at FROM contact
           WHERE respondent = ANY(%s) ORDER BY survey, respondent_key""",
        [list(digests)],
    ).fetchall()


def follow_ups(conn: Connection, digests: Sequence[bytes], now: datetime) -> list[dict[str, Any]]:
    """The person's cases, oldest first: those of their answers, and those under an address of theirs."""
    return conn.execute(
        """SELECT f.id, f.journey, f.stage, f.touchpoint, f.survey, f.metric, f.score, f.state, f.owner, f.outcome,
                  f.cause, f.opened_at, f.due_at, f.contacted_at, f.resolved_at,
                  f.state <> 'resolved' AND f.due_at < %(now)s AS overdue
           FROM follow_up AS f
           WHERE f.respondent = ANY(%(who)s)
              OR f.answer_id IN (SELECT answer_id FROM response WHERE respondent = ANY(%(who)s)
                                 UNION SELECT answer_id FROM contact_details WHERE respondent = ANY(%(who)s))
           ORDER BY f.opened_at, f.id""",
        {"who": list(digests), "now": now},
    ).fetchall()


def contact_details(conn: Connection, digests: Sequence[bytes]) -> list[dict[str, Any]]:
    """Addresses that were left with the person's answers, or that are the person's: survey, email, name, consented_to,
    consented_at; oldest first."""
    return conn.execute(
        """SELECT r.survey, c.email, c.name, c.consented_to, c.consented_at
           FROM contact_details AS c JOIN response AS r USING (answer_id)
           WHERE c.respondent = ANY(%(who)s) OR r.respondent = ANY(%(who)s) ORDER BY c.consented_at, c.answer_id""",
        {"who": list(digests)},
    ).fetchall()


def erased_at(conn: Connection, digests: Sequence[bytes]) -> list[Any]:
    """The times at which the person was erased, oldest first."""
    rows = conn.execute(
        "SELECT DISTINCT erased_at FROM erased_respondent WHERE respondent = ANY(%s) ORDER BY erased_at",
        [list(digests)],
    )
    return [row["erased_at"] for row in rows]
