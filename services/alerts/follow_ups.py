"""Customers' cases as alerts sees them: who is told of one, which are overdue, and who hears of that next.

The survey service publishes each case whole, and this is a copy of it. A case is called overdue only by a heartbeat
that proves the copy complete: nothing that was accepted before its due time was over is still on its way. So a backlog
or a stopped relay never makes a resolved case late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.alerts import schedule, stale
from services.alerts.messages.story import ASSIGNED, HANDED_UP, OVERDUE
from services.alerts.store import follow_ups as store
from shared.db import Connection
from shared.events import isoformat, parse_time

Row = Mapping[str, Any]


def take(conn: Connection, events: Iterable[Row]) -> None:
    """Keep what one batch says of cases, and have each new owner told of theirs.

    Not told: what is resolved, and what somebody took up with their own hands.
    """
    for case in store.keep(conn, events):
        is_theirs = case["is_new"] or case["owner"] != case["owner_before"]
        if is_theirs and case["state"] != "resolved" and case["taken_at"] is None:
            facts = _facts(case) | {"handed_over": not case["is_new"]}
            name = f"{ASSIGNED}/{case['follow_up']}/{case['revision']}"
            store.announce(conn, name, ASSIGNED, case, case["owner"], None, facts)


def notice_overdue(conn: Connection, beat: Row, now: datetime) -> None:
    """The minute's work: have it told of each case that is newly past its due time, as `beat` proves it.

    beat: a heartbeat's data. One that is old, or from before there were cases, or that tells of more than we have,
    proves nothing.
    """
    told, complete_to = beat.get("follow_ups"), beat.get("complete_to")
    if told is None or complete_to is None or abs(now - parse_time(beat["beat_at"])) > stale.REACH:
        return
    if store.taken(conn) < told:
        return
    for case in store.begin_overdue(conn, parse_time(complete_to), now):
        name = f"{OVERDUE}/{case['follow_up']}/{isoformat(case['due_at'])}"
        store.announce(conn, name, OVERDUE, case, case["owner"], now, _facts(case))


def is_wanted(conn: Connection, row: Row) -> bool:
    """Whether an announcement about a case still says something: it is not resolved, nor handed on or taken since."""
    case = store.read(conn, row["facts"]["follow_up"])
    if case is None or case["state"] == "resolved":
        return False
    return row["kind"] != ASSIGNED or (case["owner"] == row["owner"] and case["taken_at"] is None)


def owner_of(conn: Connection, row: Row) -> str | None:
    """Whom an announcement about a case goes to: whoever owns it now, or whoever it is escalated to."""
    case = store.read(conn, row["facts"]["follow_up"]) if row["kind"] == OVERDUE else None
    owner: str | None = case["owner"] if case else row["owner"]
    return owner


def arm(conn: Connection, row: Row, owner: Row | None, told_at: datetime) -> None:
    """Once its owner was told that a case is overdue: plan that whoever is next hears of it, if it stays so."""
    at = schedule.escalates_at(owner, told_at)
    if row["kind"] != OVERDUE or owner is None or at is None:
        return
    facts = row["facts"] | {"first": owner["name"], "first_told_at": isoformat(told_at)}
    name = f"{HANDED_UP}/{row['name'].partition('/')[2]}"
    store.announce(conn, name, HANDED_UP, row, owner["escalate_to"], at, facts)


def _facts(case: Row) -> dict[str, Any]:
    """What a message says of a case; nothing in it is personal."""
    return {
        "follow_up": str(case["follow_up"]),
        "score": case["score"],
        "opened_at": isoformat(case["opened_at"]),
        "due_at": isoformat(case["due_at"]),
    }
