"""SQL of `contact`: what verified respondents were asked, turned away, and do not want; by pseudonym."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from services.survey.eligibility import Past
from services.survey.respondents import Pseudonym
from shared.db import Connection

Event = Literal["asked_at", "dismissed_at", "never_at"]
EVENTS: tuple[Event, ...] = ("asked_at", "dismissed_at", "never_at")


def lock(conn: Connection, pseudonym: Pseudonym) -> None:
    """Nobody else decides about this person until the commit: two tabs get one question."""
    conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"contact:{pseudonym.digest.hex()}"]
    )


def past(conn: Connection, digests: Sequence[bytes]) -> Past:
    """What is known of the person with these pseudonyms (one a key); an answer of theirs counts as asked."""
    asked: dict[str, datetime] = {}
    dismissed: dict[str, datetime] = {}
    never = False
    for row in conn.execute(
        """SELECT survey, max(asked_at) AS asked, max(dismissed_at) AS dismissed, max(never_at) AS never
           FROM (SELECT survey, asked_at, dismissed_at, never_at FROM contact WHERE respondent = ANY(%(who)s)
                 UNION ALL
                 SELECT survey, max(answered_at), NULL, NULL FROM response
                 WHERE respondent = ANY(%(who)s) AND respondent_verified GROUP BY survey) AS known
           GROUP BY survey""",
        {"who": list(digests)},
    ):
        never = never or row["never"] is not None
        if row["asked"]:
            asked[row["survey"]] = row["asked"]
        if row["dismissed"]:
            dismissed[row["survey"]] = row["dismissed"]
    return Past(asked, dismissed, never, bool(any_open(conn, digests)))


def record(conn: Connection, pseudonym: Pseudonym, survey: str, event: Event, at: datetime) -> None:
    """Note an event of a person and a survey; a later one stays, in whichever order they come."""
    assert event in EVENTS
    conn.execute(
        f"""INSERT INTO contact (respondent, respondent_key, survey, {event}) VALUES (%s, %s, %s, %s)
            ON CONFLICT (respondent, survey)
            DO UPDATE SET {event} = greatest(contact.{event}, EXCLUDED.{event})""",
        [pseudonym.digest, pseudonym.key_id, survey, at],
    )


def allow_again(conn: Connection, digests: Sequence[bytes]) -> None:
    """Take back that the person does not want to be asked."""
    conn.execute("UPDATE contact SET never_at = NULL WHERE respondent = ANY(%s)", [list(digests)])


def any_open(conn: Connection, digests: Sequence[bytes]) -> set[bytes]:
    """Those of the pseudonyms whose owners have a follow-up that is not resolved."""
    rows = conn.execute(
        "SELECT DISTINCT respondent FROM follow_up WHERE respondent = ANY(%s) AND state <> 'resolved'",
        [list(digests)],
    )
    return {bytes(row["respondent"]) for row in rows}


def unwilling(conn: Connection, digests: Sequence[bytes]) -> set[bytes]:
    """Those of the pseudonyms whose owners asked not to be asked."""
    rows = conn.execute(
        "SELECT DISTINCT respondent FROM contact WHERE respondent = ANY(%s) AND never_at IS NOT NULL",
        [list(digests)],
    )
    return {bytes(row["respondent"]) for row in rows}
