"""SQL of `look`: who looked at what one person answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.survey.respondents import Pseudonym
from shared.db import Connection

_ROW = "id, looked_at, looked_by, looked_by_id, what, encode(respondent, 'hex') AS pseudonym, why, answers"


def note(
    conn: Connection, whom: Pseudonym, by: tuple[str, str], what: str, why: str | None, answers: int
) -> datetime:
    """Keep that somebody (`by`: name, id) was shown this many answers of a person; the time of it.

    what: `journey` (the person's answers along a journey), `kept` or `export` (the page Privacy),
    `void` (answers of theirs about to be voided).
    """
    row = conn.execute(
        """INSERT INTO look (looked_by, looked_by_id, what, respondent, respondent_key, why, answers)
           VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING looked_at""",
        [*by, what, whom.digest, whom.key_id, why, answers],
    ).fetchone()
    assert row is not None
    at: datetime = row["looked_at"]
    return at


def newest(conn: Connection, limit: int, digests: Sequence[bytes] | None = None) -> list[dict[str, Any]]:
    """The last looks, newest first, or those at one person: looked_at, looked_by, what, pseudonym, why, answers."""
    return conn.execute(
        f"""SELECT {_ROW} FROM look WHERE %(who)b::bytea[] IS NULL OR respondent = ANY(%(who)b)
            ORDER BY looked_at DESC, id DESC LIMIT %(limit)s""",
        {"who": None if digests is None else list(digests), "limit": limit},
    ).fetchall()


def forget_why(conn: Connection, digests: Sequence[bytes], until: datetime | None) -> int:
    """Take away why somebody looked at the person, of looks up to `until`; the rows stay. The number of words gone."""
    return conn.execute(
        """UPDATE look SET why = NULL WHERE respondent = ANY(%(who)s) AND why IS NOT NULL
               AND (%(until)s::timestamptz IS NULL OR looked_at <= %(until)s)""",
        {"who": list(digests), "until": until},
    ).rowcount
