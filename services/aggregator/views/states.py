"""The state of a detector as our pages show it: alerts' word, and never healthy while answers are late. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from shared.events import parse_time
from shared.wording import day

Item = Mapping[str, Any]
Place = tuple[str, str, str, str]
"""Journey, stage, metric, audience."""


class State(NamedTuple):
    """A key of shared.web.pages.STATES (None: nobody watches), and what stands beside it."""

    name: str | None
    detail: str = ""


@dataclass(frozen=True)
class Watching:
    """What alerts answered: items of GET /v1/detectors by place; None where it did not answer.

    seen_from: now, in REPORT_TZ. complete: whether these are all.
    """

    items: Mapping[Place, Item] | None
    seen_from: datetime
    complete: bool = True

    def of(self, place: Place, *, asked: bool, late: bool) -> State:
        """asked: a live survey asks there. late: our own answers of that stage are late."""
        if self.items is None:
            return State("unknown")
        item = self.items.get(place)
        if item is None and not self.complete:
            return State("unknown")
        if item is None:
            return State("learning", "no answers yet") if asked else State(None)
        return shown(item, late=late or item.get("late", True), seen_from=self.seen_from)


def by_place(items: list[dict[str, Any]]) -> dict[Place, Item]:
    """The items of GET /v1/detectors by their place."""
    return {(one["journey"], one["stage"], one["metric"], one["audience"]): one for one in items}


def shown(item: Item, *, late: bool, seen_from: datetime) -> State:
    """One detector's state with its detail. late: answers may be on their way to it, or to the scores beside it."""
    name = item["state"]
    if name == "ok":
        return State("unknown", "answers are late") if late else State("ok")
    if name == "silenced":
        return State("silenced", "would be degraded" if item["muted"] == "degraded" else "")
    if name == "learning":
        return State("learning", _known(item))
    if name == "stale":
        return State("stale", f"none since {_day(item, seen_from)}, {_expected(item)} expected")
    if name == "degraded":
        return State("degraded", f"since {_day(item, seen_from)}")
    return State(None)


def _known(item: Item) -> str:
    """How far it is: only answers older than its lag count, so that what goes wrong now is not learned as usual."""
    known, needed = item["answers"], item["answers_needed"]
    young = item["answers_seen"] - known
    return f"{known:,} of {needed:,} answers" + (
        f"; {young:,} {'is' if young == 1 else 'are'} too new to count"
        if young > 0 and known < needed
        else ""
    )


def _day(item: Item, seen_from: datetime) -> str:
    return day(parse_time(item["since"]).astimezone(seen_from.tzinfo), seen_from)


def _expected(item: Item) -> str:
    return f"{max(1, round(item['expected'])):,}"
