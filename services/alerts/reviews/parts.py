"""The parts of a review that alerts knows itself: incidents, overdue follow-ups, actions, wins, blind spots. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from services.alerts import shown
from services.alerts.reviews.facts import EMPLOYEE, About, Facts, Row
from services.alerts.reviews.weeks import Week
from shared.events import isoformat
from shared.wording import clean

ACTIONS_REACH = timedelta(weeks=26)
MOST_ACTIONS, MOST_FOLLOW_UPS = 12, 10
RESOLVED = "resolved"


def incidents(facts: Facts) -> list[dict[str, Any]]:
    """Those not over when the week began: what is still open first, the oldest of it first."""
    about = facts.about
    rows = [
        one
        for one in facts.incidents
        if one["opened_at"] < about.held and (one["closed_at"] is None or one["closed_at"] >= about.begins)
    ]
    ordered = sorted(rows, key=lambda one: (one["state"] == RESOLVED, one["opened_at"], one["id"]))
    return [_incident(facts, one) for one in ordered]


def follow_ups(facts: Facts) -> dict[str, Any]:
    """How many cases are overdue, and the ones longest due; who the customer is nobody is told."""
    items = [
        {
            "follow_up": str(one["follow_up"]),
            "stage": one["stage"],
            "stage_name": facts.about.stage_name(one["stage"]),
            "owner": one["owner"],
            "owner_name": facts.owner_name(one["owner"]),
            "due_at": isoformat(one["due_at"]),
            "days_overdue": (facts.about.held - one["due_at"]).days,
        }
        for one in facts.follow_ups
    ]
    return {"overdue": len(items), "items": items[:MOST_FOLLOW_UPS]}


def actions(facts: Facts) -> dict[str, Any]:
    """Those started within half a year, the latest first, each with its effect as far as it is known."""
    last = facts.about.held.astimezone(facts.about.zone).date()
    found = [
        _action(facts, row, effect)
        for row, effect in facts.actions
        if row["document"]["audience"] != EMPLOYEE and last - ACTIONS_REACH <= _started(row) <= last
    ]
    ordered = sorted(found, key=lambda one: one["action"])
    ordered = sorted(ordered, key=lambda one: one["started_on"], reverse=True)
    return {"items": ordered[:MOST_ACTIONS], "more": max(0, len(ordered) - MOST_ACTIONS)}


def wins(facts: Facts) -> list[dict[str, Any]]:
    """Those found in the week, with whom to thank: the people of the actions behind them."""
    about = facts.about
    found = [
        one
        for one in facts.wins
        if one["audience"] != EMPLOYEE and about.begins <= _moment(one["found_at"]) < about.ends
    ]
    return [_win(facts, one) for one in found]


def blind_spots(about: About) -> list[dict[str, Any]]:
    """Touchpoints nobody asks about: no live survey for anybody. Moments of truth first, then as the map has them."""
    asked = {(one["stage"], one["touchpoint"]) for one in about.journey_map.get("surveys", [])}
    found = [
        {
            "stage": stage["key"],
            "stage_name": about.stage_name(stage["key"]),
            "touchpoint": point["key"],
            "name": clean(point.get("name") or point["key"]),
            "moment_of_truth": bool(point.get("moment_of_truth")),
        }
        for stage in about.journey_map.get("stages", [])
        for point in stage.get("touchpoints", [])
        if (stage["key"], point["key"]) not in asked
    ]
    return sorted(found, key=lambda one: not one["moment_of_truth"])


def decisions(about: About, rows: Iterable[Row], owners: Mapping[str, str]) -> dict[str, Any]:
    """{earlier, taken}: of reviews before, open or done since the week began; and of this one."""
    found: dict[str, Any] = {"earlier": [], "taken": []}
    for row in rows:
        found["taken" if row["week"] == about.week.monday else "earlier"].append(decision(about, row, owners))
    return found


def decision(about: About, row: Row, owners: Mapping[str, str]) -> dict[str, Any]:
    """One decision; overdue: as of today."""
    due, owner = row["due_on"], row["owner"]
    return {
        "decision": str(row["id"]),
        "week": str(Week(row["week"])),
        "text": row["text"],
        "owner": owner,
        "owner_name": clean(owners.get(owner, owner)) if owner else None,
        "due_on": due.isoformat() if due else None,
        "overdue": bool(due and row["done_at"] is None and due < about.today),
        "decided_at": isoformat(row["decided_at"]),
        "decided_by": row["decided_by"],
        "done_at": isoformat(row["done_at"]) if row["done_at"] else None,
        "done_by": row["done_by"],
    }


def _incident(facts: Facts, row: Row) -> dict[str, Any]:
    told = shown.incident(row)
    return {
        "incident": row["id"],
        "stage": row["stage"],
        "stage_name": facts.about.stage_name(row["stage"]),
        "metric": row["metric"],
        "audience": row["audience"],
        "state": row["state"],
        "opened_at": isoformat(row["opened_at"]),
        "closed_at": isoformat(row["closed_at"]) if row["closed_at"] else None,
        "outcome": row["outcome"],
        "days_open": _days(row, facts.about.held),
        "drop": told["drop"],
        "score": told["since"]["score"],
    }


def _days(row: Row, held: datetime) -> int:
    """How long it is open; of one that is over how long the drop lasted, as its page and its message have it."""
    if row["closed_at"] is None:
        return int((held - row["opened_at"]).days)
    return round((row["closed_at"] - row["onset"]) / timedelta(days=1))


def _action(facts: Facts, row: Row, effect: Row | None) -> dict[str, Any]:
    document = row["document"]
    names = ("effect", "low", "high", "about_days_more", "missing")
    return {
        "action": row["action"],
        "title": clean(document["title"]),
        "stage": document["stage"],
        "stage_name": facts.about.stage_name(document["stage"]),
        "metric": document["metric"],
        "owner": document.get("owner"),
        "owner_name": facts.owner_name(document.get("owner")),
        "started_on": document["started_on"],
        "verdict": effect["verdict"] if effect else None,
        **{name: effect[name] if effect else None for name in names},
    }


def _win(facts: Facts, one: Row) -> dict[str, Any]:
    behind, told = one["actions"], (one.get("cause") or {}).get("since") or {}
    return {
        "win": one["id"],
        "stage": one["stage"],
        "stage_name": facts.about.stage_name(one["stage"]),
        "metric": one["metric"],
        "audience": one["audience"],
        "rise": one["rise"],
        # As it was told, which is what `rise` goes by; else as it was found.
        "score": one["since"]["score"] if told.get("score") is None else told["score"],
        "onset": isoformat(_moment(one["onset"])),
        "found_at": isoformat(_moment(one["found_at"])),
        "thanks": [{name: each[name] for name in ("action", "title", "owner_name")} for each in behind],
    }


def _started(row: Row) -> date:
    return date.fromisoformat(row["document"]["started_on"])


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
