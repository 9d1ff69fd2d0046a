"""The facts of a full week of the shop, 16 to 22 November 2026, as seen on the Monday after it at nine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.alerts.reviews.facts import About, Facts
from services.alerts.reviews.weeks import Week
from tests.unit.aggregator.maps import SHOP

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 9, tzinfo=ZONE)
WEEK = Week.named("2026-W47")
ABOUT = About("shop", SHOP, WEEK, NOW, ZONE)
OWNERS = {"ana": "Ana", "ben": "Ben"}


def series(
    metric: str = "nps",
    stage: str = "delivery",
    audience: str = "customer",
    usual: tuple[int, ...] = (8, 8, 24),
    week: tuple[int, ...] = (20, 8, 12),
    weeks: int = 20,
) -> dict[str, Any]:
    """A series as the aggregator answers it: usual and week are detractors, passives and promoters a day."""
    points = []
    for back in reversed(range(7 * weeks)):
        day = WEEK.sunday - timedelta(days=back)
        worst, middle, best = week if day >= WEEK.monday else usual
        histogram = [0] * 11
        histogram[3], histogram[4 if metric != "nps" else 7] = worst, middle
        histogram[5 if metric != "nps" else 10] += best
        points.append({"from": day.isoformat(), "n": sum(histogram), "histogram": histogram})
    return {
        "scope": {"journey": "shop", "stage": stage},
        "metric": metric,
        "audience": audience,
        "points": points,
    }


def incident(**changed: Any) -> dict[str, Any]:
    """An open one of Delivery, five days old."""
    opened = datetime(2026, 11, 18, 8, tzinfo=UTC)
    sums = {"from": "2026-05-01", "to": "2026-11-01"}
    return {
        "id": "7F3KAAAA", "journey": "shop", "stage": "delivery", "metric": "nps", "audience": "customer",
        "state": "open", "opened_at": opened, "onset": opened - timedelta(days=1), "closed_at": None, "outcome": None,
        "cause": None, "before": sums | {"n": 1000, "halves": 1410, "squares": 2820},
        "since": sums | {"n": 100, "halves": 122, "squares": 244},
    } | changed  # fmt: skip


def action(
    key: str, title: str, started_on: str, effect: Mapping[str, Any] | None = None, **changed: Any
) -> Any:
    """A stored action with its effect."""
    document = {
        "journey": "shop", "stage": "delivery", "metric": "nps", "audience": "customer", "title": title,
        "owner": "ben", "started_on": started_on,
    } | changed  # fmt: skip
    return {"action": key, "document": document, "started_on": date.fromisoformat(started_on)}, effect


def effect(verdict: str = "worked", size: float | None = 8.0, **changed: Any) -> dict[str, Any]:
    known = size is not None
    figures = {"effect": size, "low": size - 5 if known else None, "high": size + 5 if known else None}  # type: ignore[operator]
    return {"verdict": verdict, "about_days_more": None, "missing": None, **figures} | changed


def win(**changed: Any) -> dict[str, Any]:
    """One of Returns, found on the Thursday."""
    found = datetime(2026, 11, 19, 12, tzinfo=UTC)
    thanks = {"action": "free-returns", "title": "Free returns", "owner_name": "Ana"}
    return {
        "id": "W1", "journey": "shop", "stage": "returns", "metric": "ces", "audience": "customer", "found_at": found,
        "onset": found - timedelta(days=9), "rise": 9, "since": {"score": 74.2}, "actions": [thanks],
    } | changed  # fmt: skip


def case(days: int, owner: str | None = "ben") -> dict[str, Any]:
    return {
        "follow_up": UUID(int=days), "stage": "delivery", "owner": owner, "due_at": NOW - timedelta(days=days),
    }  # fmt: skip


CARD = {
    "stages": [
        {
            "stage": "delivery",
            "scores": [{"metric": "nps", "audience": "customer", "score": 22.0, "n": 240, "target": 40}],
            "measures": [
                {
                    "measure": "handle-time", "name": "Handle time", "unit": "min", "direction": "down", "target": 5,
                    "value": 4.2, "days": 28, "meets_target": True,
                }
            ],
        }
    ],
    "employee_gaps": [
        {
            "stage": "delivery", "name": "Delivery", "metric": "nps", "window": {}, "period": "October 2026",
            "employees": {"score": 10.0, "low": 0.0, "high": 20.0, "n": 40},
            "customers": {"score": 41.0, "low": 38.0, "high": 44.0, "n": 900},
            "points": -31.0, "low": -40.0, "high": -22.0,
            "in_words": "Employees say 10, customers 41 (NPS, October 2026).",
        }
    ],
}  # fmt: skip


def answers() -> dict[str, Any]:
    few = series("ces", "returns", usual=(0, 0, 2), week=(0, 0, 2))
    found = [series(), few, series(audience="employee", week=(40, 0, 0))]
    return {"series": {"items": found, "as_of": "2026-11-23T08:00:00Z", "late": False}, "scorecard": CARD}


def full() -> Facts:
    """Something of everything."""
    return Facts(
        about=ABOUT,
        answers=answers(),
        incidents=[incident()],
        follow_ups=[case(4), case(1, None)],
        actions=[
            action("live-map", "Live map", "2026-09-14", effect()),
            action("bell", "Ring the bell", "2026-11-09", effect("no_evidence_yet", 2.0, about_days_more=40)),
        ],
        wins=[win()],
        owners=OWNERS,
    )


def but(**changed: Any) -> Facts:
    return replace(full(), **changed)
