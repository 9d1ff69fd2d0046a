"""Spam and tests out of every score (docs/adr/0016): counted first, then voided, with an event for each answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.survey import respondents, response_events
from services.survey.follow_ups import working
from services.survey.respondents import Keys
from services.survey.response_list import bound, scores
from services.survey.schemas.voids import FILTERS, PLACE
from services.survey.store import surveys
from services.survey.store import voids as store
from services.survey.store.voids import Wanted
from shared.db import Connection
from shared.events import RESPONSES, VOIDED, response_type
from shared.outbox import OutboxRow, append
from shared.web.problems import Problem, invalid

MOST = 50_000
EVENTS_A_STATEMENT = 5_000
SHOWN = 10
# Filters whose value may be personal: noted is only that they were set.
UNNOTED = ("respondent", "q")

# What is told of employees' answers.
UNCOUNTED: dict[str, Any] = {"answers": None, "surveys": {}}

Row = dict[str, Any]


def preview(conn: Connection, query: Row, keys: Keys, zone: ZoneInfo) -> Row:
    """What a loaded VoidFilter finds: answers, by survey, from when until when, and the newest; no employees."""
    if query["audience"] != "customer":
        return UNCOUNTED | {"first_answered_at": None, "last_answered_at": None, "sample": []}
    wanted = _wanted(conn, query, keys, zone)
    found = store.count(conn, wanted)
    return {
        "answers": sum(row["answers"] for row in found),
        "surveys": {row["survey"]: row["answers"] for row in found},
        "first_answered_at": min((row["first"] for row in found), default=None),
        "last_answered_at": max((row["last"] for row in found), default=None),
        "sample": store.sample(conn, wanted, SHOWN),
    }


def void(conn: Connection, query: Row, keys: Keys, zone: ZoneInfo, by: str) -> Row:
    """Take the answers that a loaded VoidFilter finds out of every score, if they are as many as it expects.

    {id, voided_at, answers, surveys}. Raises Problem: 422 without `expect` or where there are more than 50 000, 409
    where the number is another one by now. Answers voided before are not found.
    """
    wanted = _wanted(conn, query, keys, zone)
    counted = query["audience"] == "customer"
    if counted and query["expect"] is None:
        raise invalid({"expect": ["Send as many as the dry run counted: ?dry_run=true."]})
    rows = store.lock(conn, wanted, MOST + 1)
    if len(rows) > MOST:
        text = f"More than {MOST:,} answers at once. Narrow it down, for example by days."
        raise Problem(422, "Too many answers at once", text)
    if counted and len(rows) != query["expect"]:
        # How many there are of one person's is told by a dry run, which is kept as a look at them.
        now = "another number matches" if wanted.givers else f"{len(rows):,} match"
        said = f"{query['expect']:,} were expected, {now} now. Look at them again."
        raise Problem(409, "Not the answers you saw", said, {"expect": [said]})
    id, voided_at = store.void(conn, [row["id"] for row in rows], by, _noted(query))
    _tell(conn, rows)
    working.close_voided(conn, [row["answer_id"] for row in rows], by)
    counts = dict(Counter(row["survey"] for row in rows))
    told = {"answers": len(rows), "surveys": counts} if counted else UNCOUNTED
    return {"id": id, "voided_at": voided_at, **told}


def _wanted(conn: Connection, query: Row, keys: Keys, zone: ZoneInfo) -> Wanted:
    lowest, highest = scores(query["score"])
    name = (query["respondent"] or "").strip()
    return Wanted(
        surveys.keys_at(conn, {part: query[part] for part in PLACE} | {"audience": query["audience"]}),
        lowest,
        highest,
        query["reason"],
        query["channel"],
        bound("from", query["from_"], 0, zone),
        bound("to", query["to"], 1, zone),
        respondents.every_digest(keys, name) if name else None,
        query["q"],
    )


def _tell(conn: Connection, rows: Sequence[Row]) -> None:
    """An event for each: a sum is −previous."""
    now = datetime.now(UTC)
    known = surveys.definitions(conn, {row["survey"] for row in rows}, lock=False)
    kind = response_type(VOIDED)
    for start in range(0, len(rows), EVENTS_A_STATEMENT):
        part = rows[start : start + EVENTS_A_STATEMENT]
        append(
            conn,
            [
                OutboxRow(
                    RESPONSES,
                    known[row["survey"]].key,
                    kind,
                    response_events.voided(known[row["survey"]], row),
                    row["historic"],
                    now,
                )
                for row in part
            ],
        )


def _noted(query: Row) -> Row:
    given = {name.rstrip("_"): query[name] for name in (*FILTERS, "audience") if query[name]}
    return given | {name: True for name in UNNOTED if name in given}
