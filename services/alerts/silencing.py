"""Which silence mutes what, and when. Pure: documents, places and a clock in.

A silence names some of journey, stage, metric and audience; what it does not name matches everything. It is in force
from `from` on and no longer at `to`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

Silence = Mapping[str, Any]  # {silence, document, starts_at, ends_at}, as stored

CRITERIA = ("journey", "stage", "metric", "audience")
PLANNED, IN_FORCE, OVER = "planned", "in_force", "over"
# How far back "what would it have muted" looks.
LOOK_BACK = timedelta(days=90)


def matches(document: Mapping[str, Any], place: Mapping[str, Any]) -> bool:
    """Whether every criterion the silence names is the place's. place: {journey, stage, metric, audience}.

    A place without a metric (a whole stage) is not matched by a silence of one metric: the rest of it is not silent.
    """
    return all(document[name] == place[name] for name in CRITERIA if document.get(name) is not None)


def muting(silences: Iterable[Silence], place: Mapping[str, Any], now: datetime) -> Silence | None:
    """The silence in force at `now` that mutes the place; of several, the one that ends last."""
    found = [one for one in silences if state(one, now) == IN_FORCE and matches(one["document"], place)]
    return max(found, key=lambda one: (one["ends_at"], one["silence"]), default=None)


def state(silence: Silence, now: datetime) -> str:
    """planned, in_force or over."""
    if now < silence["starts_at"]:
        return PLANNED
    return IN_FORCE if now < silence["ends_at"] else OVER


def words(silence: Silence) -> str:
    """How timelines and delivery logs name it."""
    return f"silenced by {silence['silence']}: {silence['document']['why']}"
