"""A notification in the delivery log, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.alerts.channels import addressed
from services.alerts.views import channel_words, places
from services.alerts.views.who_is_told import FALLBACK_NAME
from shared.wording import clean

Row = Mapping[str, Any]

# Symbol, word, and how the look marks it.
STATES = {
    "due": ("◐", "On its way", "plain"),
    "sent": ("●", "Sent", "ok"),
    "failed": ("▼", "Failed", "worse"),
    "silenced": ("▬", "Silenced", "plain"),
    "withdrawn": ("–", "Not needed", "plain"),
    "merged": ("→", "Sent with another", "plain"),
}
TRYING = ("◐", "Being tried again", "warning")
KINDS = {
    "opened": "Opening",
    "resolved": "Resolved",
    "repeated": "Reminder",
    "escalated": "Escalation",
    "stale": "No answers",
    "win": "Win",
    "follow_up_assigned": "Follow-up",
    "follow_up_overdue": "Follow-up overdue",
    "follow_up_escalated": "Follow-up escalated",
    "review": "Weekly review",
    "test": "Test",
}
RULES = {
    "stage": "owns the stage",
    "journey": "owns the journey",
    "fallback": "nobody else can be reached",
    "escalation": "by escalation",
    "owner": "owns the case",
    "review": "gets the review",
    "test": "a test",
}
_CHANNELS = {"email": "e-mail", "webhook": "webhook", "apprise": "chat"}
_OUTCOMES = {
    "sent": "Arrived",
    "failed": "Failed",
    "silenced": "Kept back",
    None: "Running, or its process died",
}
REDELIVERED = ("due", "sent", "failed")


@dataclass(frozen=True)
class Attempt:
    """One attempt: when it began, what came of it, and the sentence about it."""

    at: str
    outcome: str
    detail: str


@dataclass(frozen=True)
class Line:
    """One notification as the log shows it. `next_at` is when it is tried next, `again` whether a person may ask."""

    id: str
    created_at: datetime
    kind: str
    incident: str | None
    place: str
    owner: str | None
    owner_name: str
    because: str
    channel: str
    state: tuple[str, str, str]
    detail: str
    attempts: tuple[Attempt, ...]
    next_at: datetime | None
    settled_at: datetime | None
    merged_into: str | None
    again: bool


def line(row: Row, owners: Mapping[str, Row], names: Mapping[str, str], maps: places.Names) -> Line:
    """`row` as the store has it; `owners` are the documents of those there are now, `names` of all there ever were."""
    attempts = tuple(_attempt(one) for one in row["attempts"])
    due = row["state"] == "due"
    return Line(
        id=str(row["id"]),
        created_at=row["created_at"],
        kind=KINDS.get(row["kind"], str(row["kind"])),
        incident=row["incident"],
        place=places.words(row, maps) if row["journey"] else "",
        owner=row["owner"],
        owner_name=clean(names.get(row["owner"], row["owner"])) if row["owner"] else FALLBACK_NAME,
        because=RULES.get(row["because"], str(row["because"])),
        channel=_channel(row, owners),
        state=TRYING if due and attempts else STATES[row["state"]],
        detail=attempts[-1].detail if attempts else "",
        attempts=attempts,
        next_at=row["due_at"] if due else None,
        settled_at=row["settled_at"],
        merged_into=str(row["merged_into"]) if row["merged_into"] else None,
        again=row["state"] in REDELIVERED,
    )


def _channel(row: Row, owners: Mapping[str, Row]) -> str:
    """The channel as it is configured now; its kind alone where it is gone."""
    document = owners.get(row["owner"]) if row["owner"] else None
    found = addressed.find(dict(document), row["channel_kind"], row["channel_number"]) if document else None
    return channel_words.words(found.kind, found.url) if found else f"by {_CHANNELS[row['channel_kind']]}"


def _attempt(row: Row) -> Attempt:
    return Attempt(row["started_at"], _OUTCOMES[row["outcome"]], row["detail"] or "")
