"""Is it true? What about the asking moved between the two periods of an incident: volume, channels, wording. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from math import sqrt
from statistics import NormalDist
from typing import Any
from zoneinfo import ZoneInfo

from shared import day_noise
from shared.day_noise import Day
from shared.events import parse_time
from shared.scoring import SMALL_SAMPLE

Row = Mapping[str, Any]
Days = dict[date, Row]

# How often anything is said to have moved where nothing did, over all that is looked at.
RATE = 0.05
# Beyond noise and worth a word: shares by five percentage points, answers a day by a fifth.
LEAST_SHARE, LEAST_VOLUME = 0.05, 0.2
_NORMAL = NormalDist()


def judged(found: Row, today: date, zone: ZoneInfo) -> dict[str, Any]:
    """What /v1/measurement of the survey service says about two periods.

    {volume {before, since, moved}, channels [{channel, before, since, moved}], languages [{language, …}],
    wordings [{survey, revision, new, since}], response_rate {before, since}, before {from, to}, since {from, to}}.

    moved is null where the answers are too few to tell. Volume is answers a day, today left out; *before* is what the
    days of *since* would have had by their weekdays. Shares are of the answers that name a channel or a language.
    """
    before, since = _days(found["before"]), _days(found["since"])
    looks = 1 + sum(len(_names(name, before, since)) for name in ("channels", "languages"))
    limit = -_NORMAL.inv_cdf(RATE / looks / 2)
    return {
        "volume": _volume(_filled(found["before"], before), _filled(found["since"], since, today), limit),
        "channels": [*_shares("channel", before, since, limit)],
        "languages": [*_shares("language", before, since, limit)],
        "wordings": [*_changed_wordings(found, zone)],
        "response_rate": found["response_rate"],
        **{name: {side: found[name][side] for side in ("from", "to")} for name in ("before", "since")},
    }


def _days(period: Row) -> Days:
    return {date.fromisoformat(day["day"]): day for day in period["days"]}


def _filled(period: Row, days: Days, today: date | None = None) -> dict[date, int]:
    """Answers of each whole day from the first with any on (with `today` given: from the period's first), zeros too."""
    first = date.fromisoformat(period["from"]) if today else min(days, default=None)
    last = date.fromisoformat(period["to"])
    if today:
        last = min(last, today - timedelta(days=1))
    if first is None or last < first:
        return {}
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return {day: days[day]["answers"] if day in days else 0 for day in every}


def _volume(before: Mapping[date, int], since: Mapping[date, int], limit: float) -> dict[str, Any]:
    """Answers a day, each day one observation around its weekday's usual number."""
    if not since or len(before) < day_noise.ENOUGH_DAYS:
        return {
            "before": sum(before.values()) / len(before) if before else None,
            "since": sum(since.values()) / len(since) if since else None,
            "moved": None,
        }
    usual = _usual(before)
    expected = sum(usual[day.weekday()] for day in since) / len(since)
    found = sum(since.values()) / len(since)
    spread = sum((n - usual[day.weekday()]) ** 2 for day, n in before.items()) / (len(before) - 7)
    error = sqrt(max(spread, expected) * (1 / len(before) + 1 / len(since)))
    far = abs(found - expected) > limit * error
    return {
        "before": expected,
        "since": found,
        "moved": far and abs(found - expected) >= LEAST_VOLUME * expected,
    }


def _usual(days: Mapping[date, int]) -> list[float]:
    """Answers a day on each weekday, drawn to the mean as if by one more day of it."""
    mean = sum(days.values()) / len(days)
    usual = []
    for weekday in range(7):
        own = [n - mean for day, n in days.items() if day.weekday() == weekday]
        usual.append(max(0.0, mean + sum(own) / (len(own) + 1)))
    return usual


def _shares(kind: str, before: Days, since: Days, limit: float) -> Iterator[dict[str, Any]]:
    """Each channel or language with its shares, the largest since first."""
    name = f"{kind}s"
    was, is_ = _known(name, before), _known(name, since)
    n_before, n_since = sum(was.values()), sum(is_.values())
    found: list[dict[str, Any]] = []
    for value in _names(name, before, since):
        hits = [sum(day[name].get(value, 0) for day in days.values()) for days in (before, since)]
        shares = [hit / n if n else None for hit, n in zip(hits, (n_before, n_since), strict=True)]
        moved: bool | None = None
        if min(n_before, n_since) >= SMALL_SAMPLE:
            pooled = sum(hits) / (n_before + n_since)
            daily = {day: _day(before[day][name].get(value, 0), n) for day, n in was.items()}
            of_days = day_noise.squared_error(daily, is_)
            error = sqrt(pooled * (1 - pooled) * (1 / n_before + 1 / n_since) + of_days)
            distance = abs(hits[1] / n_since - hits[0] / n_before)
            moved = distance > limit * error and distance >= LEAST_SHARE
        found.append({kind: value, "before": shares[0], "since": shares[1], "moved": moved})
    yield from sorted(found, key=lambda one: one["since"] or 0.0, reverse=True)


def _names(name: str, *periods: Days) -> list[str]:
    return sorted({value for days in periods for day in days.values() for value in day[name]})


def _known(name: str, days: Days) -> dict[date, int]:
    """How many answers of each day say their channel or language; days without any are left out."""
    return {day: n for day, row in days.items() if (n := sum(row[name].values()))}


def _day(hits: int, n: int) -> Day:
    share = hits / n
    return Day(n, share, share * (1 - share))


def _changed_wordings(found: Row, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """Wordings that went live after the days of before; `new` where the survey itself did.

    Where none was live before, all that was before is imported: the surveys are no news then, only a rewording is.
    """
    dated = [
        (parse_time(one["live_from"]).astimezone(zone).date().isoformat(), one) for one in found["wordings"]
    ]
    imported = all(day > found["before"]["to"] for day, _ in dated)
    known: set[str] = set()
    for day, wording in dated:
        new = wording["survey"] not in known
        known.add(wording["survey"])
        if found["before"]["to"] < day <= found["since"]["to"] and not (new and imported):
            yield {"survey": wording["survey"], "revision": wording["revision"], "new": new, "since": day}
