"""The review of a week: gathered here and from the other services, or as it was frozen when it was sent.

No transaction is open while others are asked: `about` and `recent_actions`, ask, `document`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts import winning
from services.alerts.reviews import document as documents
from services.alerts.reviews import parts
from services.alerts.reviews.changes import PAST_WEEKS
from services.alerts.reviews.facts import About, Facts
from services.alerts.reviews.weeks import Week
from services.alerts.store import actions, follow_ups, owners, reviews, stories, wins
from shared.db import Connection
from shared.events import isoformat
from shared.web.neighbours import Asked
from shared.web.problems import invalid, not_found

Row = Mapping[str, Any]


def about(conn: Connection, journey: str, week: str | None, now: datetime, zone: ZoneInfo) -> About:
    """Which review: of the last whole week where none is named. 404 without the journey, 422 for no week."""
    journey_map = stories.journey_map(conn, journey)
    if journey_map is None:
        raise not_found("journey", journey)
    today = now.astimezone(zone).date()
    return About(journey, journey_map, _week(week, Week.of(today)), now, zone)


def recent_actions(conn: Connection, of: About) -> list[dict[str, Any]]:
    """The actions a review tells of."""
    last = of.held.astimezone(of.zone).date()
    rows = actions.all_(conn, journey=of.journey)
    return [row for row in rows if last - parts.ACTIONS_REACH <= row["started_on"] <= last]


def document(
    conn: Connection,
    of: About,
    answers: Mapping[str, Asked],
    acted: Sequence[Row],
    effects: Mapping[str, Row],
) -> dict[str, Any]:
    """The review as it is known now. effects: of the actions, by key."""
    first = datetime.combine(of.week.before(PAST_WEEKS).monday, time(), of.zone).astimezone(UTC)
    found = wins.found_within(conn, of.journey, first, of.ends)
    return documents.document(
        Facts(
            about=of,
            answers={name: one.found for name, one in answers.items()},
            failed={name: one.failure for name, one in answers.items() if one.failure},
            incidents=reviews.incidents(conn, of.journey, first),
            follow_ups=follow_ups.overdue(conn, of.journey, of.held),
            actions=[(row, effects.get(row["action"])) for row in acted],
            wins=winning.documents(conn, found, of.zone),
            owners=owners.names(conn),
        )
    )


def whole(conn: Connection, of: About, made: Row, frozen_at: datetime | None) -> dict[str, Any]:
    """The review with what was decided, which goes on after it is frozen."""
    rows = reviews.decisions(conn, of.journey, of.week.monday)
    decided = parts.decisions(of, rows, owners.names(conn))
    return {**made, "frozen_at": isoformat(frozen_at) if frozen_at else None, "decisions": decided}


def _week(name: str | None, this: Week) -> Week:
    if not name:
        return this.before(1)
    try:
        found = Week.named(name)
    except ValueError as error:
        raise invalid({"week": ["Write a week, 2026-W47."]}) from error
    if found > this:
        raise invalid({"week": ["This week has not begun."]})
    return found
