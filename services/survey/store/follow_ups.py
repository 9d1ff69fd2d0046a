"""SQL of reading `follow_up` and `follow_up_event`: cases, their history, and what the answer behind one says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.survey.store import responses
from shared.db import Connection
from shared.reserved import CHECK

Row = dict[str, Any]

COLUMNS = (
    "id", "answer_id", "journey", "stage", "touchpoint", "survey", "metric", "audience", "score", "state", "owner",
    "taken_by", "taker", "taken_at", "outcome", "cause", "note", "opened_at", "opened_by", "due_at", "contacted_at",
    "resolved_at", "overdue_at", "revision",
)  # fmt: skip
_CASE = ", ".join(f"f.{name}" for name in COLUMNS)

_WHICH = """(%(states)s::text[] IS NULL OR f.state = ANY(%(states)s))
    AND (%(owners)s::text[] IS NULL OR f.owner = ANY(%(owners)s))
    AND (NOT %(unowned)s OR f.owner IS NULL)
    AND (%(journey)s::text IS NULL OR f.journey = %(journey)s)
    AND (%(stage)s::text IS NULL OR f.stage = %(stage)s)
    AND (%(overdue)s::boolean IS NULL OR (f.state <> 'resolved' AND f.due_at < %(now)s) = %(overdue)s)"""


class Wanted(NamedTuple):
    """Which cases; None leaves a filter out. unowned: those only that nobody owns. overdue: at `now`."""

    now: datetime
    states: Sequence[str] | None = None
    owners: Sequence[str] | None = None
    unowned: bool = False
    journey: str | None = None
    stage: str | None = None
    overdue: bool | None = None


def _values(wanted: Wanted) -> dict[str, Any]:
    """psycopg makes arrays of lists only."""
    return {
        name: list(value) if isinstance(value, tuple | set | frozenset) else value
        for name, value in wanted._asdict().items()
    }


def find(conn: Connection, id: UUID) -> Row | None:
    """One case: COLUMNS; None where there is none."""
    return conn.execute(f"SELECT {_CASE} FROM follow_up AS f WHERE f.id = %s", [id]).fetchone()


def lock(conn: Connection, id: UUID) -> Row | None:
    """One case, changed by nobody else until the commit; None where there is none."""
    return conn.execute(f"SELECT {_CASE} FROM follow_up AS f WHERE f.id = %s FOR UPDATE", [id]).fetchone()


def listing(
    conn: Connection, wanted: Wanted, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[Row]:
    """Cases due after `after` (due_at, id), the most urgent first, with COLUMNS."""
    values = _values(wanted) | {"limit": limit, "time": after and after[0], "id": after and after[1]}
    return conn.execute(
        f"""SELECT {_CASE} FROM follow_up AS f
            WHERE {_WHICH} AND (%(id)s::uuid IS NULL OR (f.due_at, f.id) > (%(time)s, %(id)s))
            ORDER BY f.due_at, f.id LIMIT %(limit)s""",
        values,
    ).fetchall()


def count(conn: Connection, wanted: Wanted) -> int:
    """How many cases there are of those wanted."""
    row = conn.execute(
        f"SELECT count(*)::int AS n FROM follow_up AS f WHERE {_WHICH}", _values(wanted)
    ).fetchone()
    assert row is not None
    return int(row["n"])


def of_answers(conn: Connection, answer_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """The case of each of these answers that has one, by answer_id."""
    rows = conn.execute(f"SELECT {_CASE} FROM follow_up AS f WHERE f.answer_id = ANY(%s)", [list(answer_ids)])
    return {row["answer_id"]: row for row in rows}


def events(conn: Connection, id: UUID) -> list[Row]:
    """What became of a case, oldest first: number, at, by, kind, detail."""
    return conn.execute(
        "SELECT number, at, by, kind, detail FROM follow_up_event WHERE follow_up = %s ORDER BY number", [id]
    ).fetchall()


_ANSWER = """SELECT id, answer_id, survey, score, comment, reasons, segments, lang, channel, answered_at, received_at,
                    historic, voided_at, respondent, respondent_key, respondent_verified
             FROM response WHERE answer_id = %s"""


def answer(conn: Connection, answer_id: UUID) -> Row | None:
    """The answer behind a case: id, survey, score, comment, reasons, segments, lang, channel, answered_at,
    received_at, historic, voided_at, respondent, respondent_key, respondent_verified; None where it was erased."""
    return conn.execute(_ANSWER, [answer_id]).fetchone()


def lock_answer(conn: Connection, answer_id: UUID) -> Row | None:
    """The same, changed, voided or erased by nobody until the commit."""
    responses.enter(conn)
    return conn.execute(f"{_ANSWER} FOR UPDATE", [answer_id]).fetchone()


def is_owner(conn: Connection, owner: str) -> bool:
    """Whether somebody is told under this key, or a map names it."""
    found = conn.execute(
        """SELECT FROM access.account_owner WHERE owner = %(owner)s
           UNION ALL
           SELECT FROM journey AS j WHERE j.document ->> 'owner' = %(owner)s OR EXISTS (
               SELECT FROM json_array_elements(
                   CASE json_typeof(j.document -> 'stages') WHEN 'array' THEN j.document -> 'stages' END) AS stage
               WHERE stage ->> 'owner' = %(owner)s)
           LIMIT 1""",
        {"owner": owner},
    )
    return found.fetchone() is not None


def people(conn: Connection) -> dict[str, str]:
    """Owners by key, with their names, of whom somebody can sign in and work a case: not those of a chat only."""
    rows = conn.execute(
        "SELECT owner, min(name) AS name FROM access.account_owner WHERE owner <> %s GROUP BY owner", [CHECK]
    )
    return {row["owner"]: row["name"] for row in rows}
