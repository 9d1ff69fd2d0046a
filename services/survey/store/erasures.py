"""SQL of erasing a person: `erasure`, `erased_respondent`, `tombstone`, and what it does to `response`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg.types.json import Jsonb

from services.survey.channels import KNOWN, OTHER
from services.survey.respondents import Pseudonym
from services.survey.store import responses
from shared.db import Connection

# Answers wait while one slice is made nobody's: a few hundredths of a second.
SLICE = 1000
PATIENCE_SECONDS = 5


class Forgotten(NamedTuple):
    """Which answers are nobody's now, by the ids they had; how many comments and contacts were deleted with that."""

    answer_ids: list[UUID]
    comments: int
    contact_details: int


# The score stays, with what was counted of it. New ids cut the link to what others hold: `id` is the client's,
# `answer_id` is in the log.
_FORGET = """
    WITH gone AS (SELECT id, answer_id, comment, score, voided_at FROM response WHERE {which} FOR UPDATE),
    kept AS (UPDATE recovery SET token = NULL, score = CASE WHEN gone.voided_at IS NULL THEN gone.score END
             FROM gone WHERE recovery.token = gone.id::text),
    buried AS (INSERT INTO tombstone SELECT {hashed} FROM gone ON CONFLICT DO NOTHING),
    unreachable AS (DELETE FROM contact_details USING gone WHERE contact_details.answer_id = gone.answer_id
                    RETURNING contact_details.answer_id)
    UPDATE response SET id = gen_random_uuid(), answer_id = gen_random_uuid(), comment = NULL, attributes = '{{}}',
        respondent = NULL, respondent_key = NULL, respondent_verified = NULL, first_content = '',
        channel = CASE WHEN channel = ANY({channels}) THEN channel WHEN channel <> '' THEN '{other}' END,
        lang = substring(lang from '^[A-Za-z]{{2,3}}(?![A-Za-z])')
    FROM gone WHERE response.id = gone.id
    RETURNING gone.answer_id, gone.comment IS NOT NULL AS had_comment,
              gone.answer_id IN (SELECT answer_id FROM unreachable) AS had_contact"""
# A person is found by their name, and by an address that they left.
_OF_PERSON = """id IN (
        SELECT id FROM response WHERE respondent = ANY(%(who)s)
        UNION SELECT r.id FROM response AS r JOIN contact_details AS c USING (answer_id)
              WHERE c.respondent = ANY(%(who)s)
    ) AND (%(until)s::timestamptz IS NULL OR answered_at <= %(until)s OR received_at <= %(until)s)"""


def hold(conn: Connection) -> None:
    """`responses.hold`, giving up after 5 s (psycopg.errors.LockNotAvailable): answers wait behind whoever waits."""
    conn.execute(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'")
    responses.hold(conn)


def forget_person(conn: Connection, digests: Sequence[bytes], until: datetime | None) -> Forgotten:
    """Make nobody's a slice of the answers under these pseudonyms, or of those given or received `until` then.

    Under `hold`, so that none of them is being sent again. Fewer than SLICE: there are no more.
    """
    query = _forgetting(f"{_OF_PERSON} LIMIT {SLICE}")
    rows = conn.execute(query, {"who": list(digests), "until": until}).fetchall()
    comments, reachable = (sum(row[name] for row in rows) for name in ("had_comment", "had_contact"))
    return Forgotten([row["answer_id"] for row in rows], comments, reachable)


def forget_answers(conn: Connection, ids: Sequence[UUID]) -> None:
    """Make answers nobody's, by the ids under which they came."""
    if ids:
        conn.execute(_forgetting("id = ANY(%s)"), [list(ids)])


def _forgetting(which: str) -> str:
    channels = "ARRAY[" + ", ".join(f"'{channel}'" for channel in sorted(KNOWN)) + "]"
    return _FORGET.format(which=which, hashed=responses.hashed("id"), channels=channels, other=OTHER)


def forget_contacts(conn: Connection, digests: Sequence[bytes], until: datetime | None) -> int:
    """Delete what the person was asked and did not want, or what of it is not later than `until`; the rows."""
    return conn.execute(
        """DELETE FROM contact WHERE respondent = ANY(%(who)s) AND (%(until)s::timestamptz IS NULL
               OR greatest(asked_at, dismissed_at, never_at) <= %(until)s)""",
        {"who": list(digests), "until": until},
    ).rowcount


def note(conn: Connection, pseudonyms: Sequence[Pseudonym], by: str) -> tuple[UUID, datetime]:
    """Keep that the person was erased, as of this moment; the erasure's id and time."""
    row = conn.execute(
        "INSERT INTO erasure (erased_at, erased_by) VALUES (clock_timestamp(), %s) RETURNING id, erased_at",
        [by],
    ).fetchone()
    assert row is not None
    conn.execute(
        """INSERT INTO erased_respondent (respondent, respondent_key, erased_at, erasure)
           SELECT respondent, respondent_key, %s, %s
           FROM unnest(%s::bytea[], %s::text[]) AS new(respondent, respondent_key)""",
        [row["erased_at"], row["id"], [one.digest for one in pseudonyms], [one.key_id for one in pseudonyms]],
    )
    return row["id"], row["erased_at"]


def add_counts(conn: Connection, id: UUID, counts: Mapping[str, int]) -> None:
    """Write numbers onto the erasure's receipt."""
    conn.execute("UPDATE erasure SET counts = counts || %s WHERE id = %s", [Jsonb(dict(counts)), id])


def adopt(conn: Connection, respondent: bytes, respondent_key: str, erased_at: datetime) -> bool:
    """Keep an erasure that a restored database has lost; False where it is there."""
    known = conn.execute(
        "SELECT FROM erased_respondent WHERE respondent = %s AND erased_at = %s", [respondent, erased_at]
    )
    if known.fetchone() is not None:
        return False
    conn.execute(
        """WITH new AS (INSERT INTO erasure (erased_at, erased_by) VALUES (%(at)s, 'restored') RETURNING id)
           INSERT INTO erased_respondent (respondent, respondent_key, erased_at, erasure)
           SELECT %(who)s, %(key)s, %(at)s, id FROM new""",
        {"who": respondent, "key": respondent_key, "at": erased_at},
    )
    return True


def everyone(conn: Connection) -> list[dict[str, Any]]:
    """Every pseudonym that was erased, oldest first: respondent, respondent_key, erased_at."""
    return conn.execute(
        "SELECT respondent, respondent_key, erased_at FROM erased_respondent ORDER BY erased_at, respondent_key"
    ).fetchall()


def latest(conn: Connection, digests: Sequence[bytes]) -> dict[bytes, datetime]:
    """When each of these pseudonyms was last erased; those never erased are left out."""
    rows = conn.execute(
        """SELECT respondent, max(erased_at) AS erased_at FROM erased_respondent
           WHERE respondent = ANY(%b::bytea[]) GROUP BY respondent""",
        [list(digests)],
    )
    return {bytes(row["respondent"]): row["erased_at"] for row in rows}


def any_yet(conn: Connection) -> bool:
    """Whether anybody was ever erased."""
    return conn.execute("SELECT FROM erased_respondent LIMIT 1").fetchone() is not None


def is_tombstone(conn: Connection, id: UUID) -> bool:
    """Whether an answer with this id came and its giver was erased."""
    known = conn.execute(f"SELECT WHERE {responses.buried('%(id)s::uuid')}", {"id": id})
    return known.fetchone() is not None


def newest(conn: Connection, limit: int) -> list[dict[str, Any]]:
    """The last erasures, newest first: id, erased_at, erased_by, counts."""
    return conn.execute(
        "SELECT id, erased_at, erased_by, counts FROM erasure ORDER BY erased_at DESC, id DESC LIMIT %s",
        [limit],
    ).fetchall()


def find(conn: Connection, id: UUID) -> dict[str, Any] | None:
    """One erasure: id, erased_at, erased_by, counts; None where there is none."""
    return conn.execute("SELECT id, erased_at, erased_by, counts FROM erasure WHERE id = %s", [id]).fetchone()
