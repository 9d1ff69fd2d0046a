"""What pages call metrics, audiences and windows. Pure."""

from __future__ import annotations

from services.aggregator.periods import Period
from shared.wording import clean

METRICS = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}
AUDIENCES = {"customer": "customers", "employee": "employees"}
STEPS = {"day": "day", "week": "week", "month": "month"}
# The groups that a metric tells apart, the worst first: (kind of bar, name, lowest and highest score).
GROUPS = {
    "nps": (("worse", "0–6", 0, 6), ("middle", "7–8", 7, 8), ("better", "9–10", 9, 10)),
    "csat": (("worse", "1–2", 1, 2), ("middle", "3", 3, 3), ("better", "4–5", 4, 5)),
    "ces": (("worse", "1–3", 1, 3), ("middle", "4", 4, 4), ("better", "5–7", 5, 7)),
}


def floor(metric: str) -> int:
    """The lowest score a metric can have; the highest is 100."""
    return -100 if metric == "nps" else 0


def named(name: str | None, key: str) -> str:
    """A name fit for a page, else the key."""
    return clean(name or key)


def days(period: Period) -> str:
    """28 days, 1 day."""
    return "1 day" if period.days == 1 else f"{period.days} days"
