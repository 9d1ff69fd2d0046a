"""SQL of `recovery`: the question that a customer is asked once, after their case was solved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from services.survey.follow_ups.recovery_scores import Counted
from shared.db import Connection

# While one worker sends, no other starts; longer than all that SMTP's timeouts add up to.
LEASE = timedelta(seconds=30)


class Due(NamedTuple):
    """A mail to be tried: of which case, which survey it asks, the id its answer will have, when it was planned."""

    follow_up: UUID
    survey: str
    id: UUID
    made_at: datetime
    tries: int


def plan(conn: Connection, follow_up: UUID, survey: str) -> None:
    """Have the customer of a case asked; once, however often it is planned."""
    conn.execute(
        """INSERT INTO recovery (follow_up, survey, token, due_at) VALUES (%s, %s, %s, now())
           ON CONFLICT (follow_up) DO NOTHING""",
        [follow_up, survey, str(uuid4())],
    )


def claim(conn: Connection) -> Due | None:
    """Take the mail longest due out of other workers' reach for a while; only of a case that is solved."""
    row = conn.execute(
        """UPDATE recovery SET tries = tries + 1, due_at = now() + %s WHERE follow_up = (
               SELECT r.follow_up FROM recovery AS r JOIN follow_up AS f ON f.id = r.follow_up
               WHERE r.sent_at IS NULL AND r.token IS NOT NULL AND r.due_at <= now()
                 AND f.state = 'resolved' AND f.outcome = 'solved'
               ORDER BY r.due_at, r.follow_up LIMIT 1 FOR UPDATE OF r SKIP LOCKED)
           RETURNING follow_up, survey, token, made_at, tries""",
        [LEASE],
    ).fetchone()
    if row is None:
        return None
    return Due(row["follow_up"], row["survey"], UUID(row["token"]), row["made_at"], row["tries"])


def waiting(conn: Connection) -> tuple[int, float]:
    """How many mails that are due were not sent, and how many seconds ago the oldest was planned."""
    row = conn.execute(
        """SELECT count(*)::int AS due, coalesce(extract(epoch FROM now() - min(r.made_at)), 0)::float8 AS oldest
           FROM recovery AS r JOIN follow_up AS f ON f.id = r.follow_up
           WHERE r.sent_at IS NULL AND r.token IS NOT NULL AND (r.due_at <= now() OR r.tries > 0)
             AND f.state = 'resolved' AND f.outcome = 'solved'"""
    ).fetchone()
    assert row is not None
    return row["due"], row["oldest"]


def sent(conn: Connection, follow_up: UUID) -> bool:
    """The mail server took it; False where that was known already."""
    done = conn.execute(
        "UPDATE recovery SET sent_at = now() WHERE follow_up = %s AND sent_at IS NULL", [follow_up]
    )
    return done.rowcount == 1


def try_later(conn: Connection, follow_up: UUID, wait: timedelta) -> None:
    conn.execute(
        "UPDATE recovery SET due_at = now() + %s WHERE follow_up = %s AND sent_at IS NULL", [wait, follow_up]
    )


def drop(conn: Connection, follow_up: UUID) -> None:
    """There is nobody to be asked any more, or it is too late for it."""
    conn.execute("DELETE FROM recovery WHERE follow_up = %s AND sent_at IS NULL", [follow_up])


def forget(conn: Connection, follow_up: UUID) -> None:
    """Cut what links a case to the answer that its customer gave afterwards; the score stays counted."""
    conn.execute(
        """UPDATE recovery SET token = NULL, score = coalesce(score, (
               SELECT score FROM response WHERE id = recovery.token::uuid AND voided_at IS NULL))
           WHERE follow_up = %s""",
        [follow_up],
    )
    conn.execute("DELETE FROM recovery WHERE follow_up = %s AND score IS NULL", [follow_up])


def find(conn: Connection, follow_up: UUID) -> Mapping[str, Any] | None:
    """survey, made_at, sent_at, answered_at, score, metric of a case's mail; None where none was planned."""
    return conn.execute(
        """SELECT r.survey, r.made_at, r.sent_at, a.answered_at, coalesce(r.score, a.score) AS score, s.metric
           FROM recovery AS r JOIN survey AS s USING (survey)
           LEFT JOIN response AS a ON a.id = r.token::uuid AND a.voided_at IS NULL
           WHERE r.follow_up = %s""",
        [follow_up],
    ).fetchone()


def counted(conn: Connection, journey: str | None, stage: str | None) -> list[Counted]:
    """What came back, by the cases' stages, in order of their keys."""
    rows = conn.execute(
        """SELECT f.journey, f.stage, r.survey, s.metric, count(r.sent_at)::int AS sent,
                  coalesce(r.score, a.score) AS score, count(coalesce(r.score, a.score))::int AS n
           FROM recovery AS r JOIN follow_up AS f ON f.id = r.follow_up JOIN survey AS s ON s.survey = r.survey
           LEFT JOIN response AS a ON a.id = r.token::uuid AND a.voided_at IS NULL
           WHERE (%(journey)s::text IS NULL OR f.journey = %(journey)s)
             AND (%(stage)s::text IS NULL OR f.stage = %(stage)s)
           GROUP BY 1, 2, 3, 4, 6 ORDER BY 1, 2, 3, 4""",
        {"journey": journey, "stage": stage},
    )
    found: dict[tuple[str, ...], Counted] = {}
    for row in rows:
        key = (row["journey"], row["stage"], row["survey"], row["metric"])
        before = found.get(key, Counted(*key, 0, {}))
        more = {row["score"]: row["n"]} if row["n"] else {}
        found[key] = before._replace(sent=before.sent + row["sent"], answers={**before.answers, **more})
    return list(found.values())
