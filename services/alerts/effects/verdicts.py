"""Did it work? The interval that holds at every look, the verdict, and how long it will take to know. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from services.alerts.effects import sequence

WORKED, NO_EVIDENCE_YET, WORSE = "worked", "no_evidence_yet", "worse"
# Sizes somebody would want to know of: 10 and 5 NPS points, 5 and 2.5 percentage points of the others (unit scale).
SIZES = (0.05, 0.025)
FORESEEABLE_DAYS = 730


@dataclass(frozen=True)
class Rests:
    """contrast.contrast()'s five figures, and the clock: days before and since, days planned until the review.

    rarity: 1/n since, summed over both sides; first_week: the same of the first seven days, None where one side had
    none then (both matter side by side only).
    """

    effect: float
    from_before: float
    from_since: float
    clustering: float
    tilt: float
    days_before: int
    days: int
    planned: int
    rarity: float
    first_week: float | None


@dataclass(frozen=True)
class Judged:
    """On the unit scale."""

    effect: float
    low: float
    high: float
    verdict: str


def judge(rests: Rests, level: float) -> Judged:
    """worked where all of the interval is above 0, worse where all of it is below."""
    half = half_width(rests, level)
    low, high = rests.effect - half, rests.effect + half
    verdict = WORKED if low > 0 else WORSE if high < 0 else NO_EVIDENCE_YET
    return Judged(rests.effect, low, high, verdict)


def outlook(rests: Rests, level: float) -> tuple[int, float] | None:
    """(days, size): in so many more days an effect of that size would show; None where it is decided or never would.

    The size is what it looks like by now, or 10 points where that is less; once 10 points would have shown, 5.
    """
    now = half_width(rests, level)
    if abs(rests.effect) > now:
        return None
    large = max(SIZES[0], abs(rests.effect))
    size = next((one for one in (large, SIZES[1]) if one < now), None)
    days = size and days_until(rests, level, size)
    return (days, size) if days and size else None


def days_until(rests: Rests, level: float, size: float) -> int | None:
    """The first day from tomorrow on at whose end the half-width is at most `size`; None beyond two years."""
    if half_width(rests, level, FORESEEABLE_DAYS) > size:
        return None
    low, high = 0, FORESEEABLE_DAYS  # the half-width only shrinks
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if half_width(rests, level, middle) <= size else (middle, high)
    return high


def half_width(rests: Rests, level: float, more: int = 0) -> float:
    """Of the interval, `more` days from now, if answers keep coming as they have. The weekdays' tilt is of now only."""
    still = rests.days / (rests.days + more)
    clock = (rests.days_before, rests.days + more, rests.planned)
    rarity = (rests.rarity * still, rests.first_week or 0.0)
    known = share_known(rests.from_before, rests.from_since * still, *clock, *rarity)
    variance = rests.clustering * (rests.from_before + rests.from_since * still)
    return sequence.half_width(variance, known, _tuned(level), level) + (0.0 if more else rests.tilt)


def share_known(
    from_before: float,
    from_since: float,
    days_before: int,
    days: int,
    planned: int,
    rarity: float,
    first_week: float,
) -> float:
    """What is known by now as a share of what the planned review will know, fixed by what was known at the start.

    Compared with a time before: had the days until the review as many answers each as those before. Side by side: had
    they as many as those of the first week; where that had none on one side (0), the share of days.
    """
    if days_before > 0:
        return from_before * (1.0 + days_before / planned) / (from_before + from_since)
    if first_week > 0.0:
        return first_week / rarity * 7.0 / planned
    return days / planned


@cache
def _tuned(level: float) -> float:
    return sequence.tuned(level)
