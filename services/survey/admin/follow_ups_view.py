"""What the pages of follow-ups show. Pure: cases in, words out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from services.survey.follow_ups.document import is_overdue
from shared.events import SCALES
from shared.wording import clean, lasting

Row = Mapping[str, Any]
Names = Mapping[tuple[str, ...], str]

# Symbol, word, and how the look marks it.
STATES = {
    "open": ("○", "Open", "plain"),
    "contacted": ("◐", "Contacted", "plain"),
    "resolved": ("●", "Resolved", "ok"),
}
OVERDUE = ("▼", "Overdue", "worse")
OUTCOMES = {
    "solved": "Solved",
    "not_solved": "Not solved",
    "no_answer": "No answer: the customer could not be reached",
    "not_needed": "Not needed",
}
CAUSES = {
    "price": "Price",
    "quality": "Quality",
    "delay": "Delay",
    "staff": "Staff",
    "information": "Information",
    "technical": "Technical",
    "other": "Something else",
}
NOBODY = "Nobody yet"


def line(
    case: Row, names: Names, owners: Mapping[str, str], mine: Collection[str], now: datetime
) -> dict[str, Any]:
    """One case in the list. mine: the owner keys of whoever looks; owners: {key: name}."""
    overdue = is_overdue(case, now)
    return {
        "id": str(case["id"]),
        "what": f"{stage_name(case, names)}: {score(case)}",
        "journey": names.get((case["journey"],), case["journey"]),
        "opened_at": case["opened_at"],
        "due_at": case["due_at"],
        "due": due(case, now),
        "overdue": overdue,
        "state": state(case, now),
        "owner": owner(case, owners),
        "taken_by": clean(case["taken_by"]) if case["taken_by"] else None,
        "outcome": OUTCOMES.get(case["outcome"] or "", "").partition(":")[0],
        "resolved_at": case["resolved_at"],
        "may_take": case["state"] != "resolved" and case["taken_at"] is None,
        "mine": case["owner"] in mine,
    }


def state(case: Row, now: datetime) -> tuple[str, str, str]:
    """Where a case stands; that it is overdue goes before all else."""
    return OVERDUE if is_overdue(case, now) else STATES[case["state"]]


def due(case: Row, now: datetime) -> str:
    """In 5 hours, 2 days ago; what is resolved is due no more."""
    if case["state"] == "resolved":
        return ""
    if case["due_at"] < now:
        return f"{lasting(now - case['due_at'])} ago"
    return f"in {lasting(case['due_at'] - now)}"


def owner(case: Row, owners: Mapping[str, str]) -> str:
    """The owner's name; its key where nobody says the name."""
    return clean(owners.get(case["owner"], case["owner"])) if case["owner"] else NOBODY


def stage_name(case: Row, names: Names) -> str:
    return names.get((case["journey"], case["stage"]), str(case["stage"]))


def score(case: Row) -> str:
    """2 of 10."""
    return f"{case['score']} of {SCALES[case['metric']][1]}"


def causes(keys: Iterable[str], reasons: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a case may be closed with, to choose from: the survey's own reasons by their labels, then the fixed list."""
    return [("", "Not said"), *((key, cause(key, reasons)) for key in keys)]


def cause(key: str, reasons: Mapping[str, str]) -> str:
    return reasons.get(key) or CAUSES.get(key, key)


def happened(
    events: Iterable[Row], owners: Mapping[str, str], reasons: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The history, newest first: {at, what, words}."""
    found = [
        {"at": event["at"], "what": _what(event, owners, reasons), "words": event["detail"].get("note")}
        for event in events
    ]
    return found[::-1]


def _what(event: Row, owners: Mapping[str, str], reasons: Mapping[str, str]) -> str:
    detail, by = event["detail"], clean(event["by"])
    kind = event["kind"]
    if kind == "opened":
        how = "by the survey’s rule" if by == "rule" else f"by {by}"
        to = detail.get("owner")
        return f"Opened {how}" + (f", for {clean(owners.get(to, to))}" if to else "")
    if kind == "assigned":
        return f"Handed over to {_name(detail.get('to'), owners)} by {by}"
    if kind == "resolved":
        outcome = OUTCOMES.get(detail.get("outcome") or "", "").partition(":")[0].lower()
        because = f", because of: {cause(detail['cause'], reasons)}" if detail.get("cause") else ""
        why = f" ({detail['reason']})" if detail.get("reason") else ""
        return f"Resolved by {by}: {outcome}{because}{why}"
    if detail.get("contact") == "withdrawn":
        return "The customer takes the contact back"
    plain = {
        "taken": f"Taken by {by}",
        "contacted": f"Customer contacted by {by}",
        "reopened": f"Reopened by {by}",
        "noted": f"Note by {by}",
        "recovery sent": "The customer was asked how it went",
        "erased": "The person was erased; what was personal is gone",
    }
    return plain.get(kind, f"{kind} by {by}")


def _name(key: str | None, owners: Mapping[str, str]) -> str:
    return clean(owners.get(key, key)) if key else "nobody"


def options(owners: Mapping[str, str], now: str | None) -> list[tuple[str, str]]:
    """Whom a case may be handed to, by name; whoever has it is not among them."""
    known = sorted(
        ((key, clean(name)) for key, name in owners.items() if key != now), key=lambda one: one[1].lower()
    )
    return [("", "Choose"), *known, *([("-", "Nobody: whoever takes it")] if now else [])]
