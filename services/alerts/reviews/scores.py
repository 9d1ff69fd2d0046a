"""The parts of a review that come from scores: what changed beyond noise, and where too few answered. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.alerts.reviews import changes
from services.alerts.reviews.changes import LEAST_ANSWERS, LEAST_WEEKS, PAST_WEEKS, RATE, Change, TooLittle
from services.alerts.reviews.facts import EMPLOYEE, About, Facts, Row
from services.alerts.reviews.past import Day, Days
from services.alerts.reviews.questions import SERIES
from shared import scoring
from shared.events import parse_time

Place = tuple[str, str, str]  # stage, metric, audience
_SUMS = {"nps": True, "csat": False, "ces": False}  # whether an answer can be worth ½


@dataclass(frozen=True)
class Judged:
    """A series' week: what was found, and the histogram of its answers."""

    place: Place
    found: Change | TooLittle
    histogram: tuple[int, ...]


def judged(facts: Facts) -> list[Judged] | None:
    """Every series of the answer; None where it did not come."""
    answer, last = facts.answers.get(SERIES), facts.about.last
    if answer is None or last is None:
        return None
    items = [one for one in answer["items"] if one["audience"] != EMPLOYEE]
    return [_judged(facts, one, last) for one in items]


def changed(facts: Facts, found: Sequence[Judged]) -> dict[str, Any]:
    """What is listed, the surest first, and out of how many."""
    compared = [one for one in found if isinstance(one.found, Change)]
    listed = changes.beyond([one.found.chance for one in compared if isinstance(one.found, Change)])
    told = [one for one, tell in zip(compared, listed, strict=True) if tell]
    items = [_change(facts.about, one, len(told), len(compared)) for one in told]
    return {
        "items": sorted(items, key=lambda one: (one["chance"], one["stage"], one["metric"])),
        "compared": len(compared),
        "too_new": sum(
            isinstance(one.found, TooLittle) and one.found.why == "past" and one.found.n > 0 for one in found
        ),
        "rate": RATE,
        "past_weeks": PAST_WEEKS,
        "least_weeks": LEAST_WEEKS,
    }


def too_few(facts: Facts, found: Sequence[Judged]) -> list[dict[str, Any]]:
    """Where customers are asked and fewer than 30 answered in the week, the fewest first."""
    answered = {one.place: sum(one.histogram) for one in found}
    asked = {
        (one["stage"], one["metric"], one["audience"])
        for one in facts.about.journey_map.get("surveys", [])
        if one["audience"] != EMPLOYEE
    }
    few = [(answered.get(place, 0), place) for place in asked]
    return [
        _place(facts.about, place) | {"n": n, "needed": LEAST_ANSWERS}
        for n, place in sorted(few)
        if n < LEAST_ANSWERS
    ]


def _judged(facts: Facts, item: Row, last: date) -> Judged:
    place = (item["scope"]["stage"], item["metric"], item["audience"])
    three = _SUMS[item["metric"]]
    week = facts.about.week
    points = [(date.fromisoformat(one["from"]), one["histogram"]) for one in item["points"] if one["n"]]
    days = {at: Day(*scoring.half_unit_counts(item["metric"], counts)) for at, counts in points}
    comparable = _comparable(facts, place, days)
    now = scoring.pool(counts for at, counts in points if week.monday <= at <= last)
    return Judged(place, changes.changed(comparable, week, last, three), now)


def _comparable(facts: Facts, place: Place, days: Days) -> dict[date, Day]:
    """The days but for past ones that were not as usual: whole weeks of an incident, and all before a new normal."""
    about = facts.about
    begin, ill = date.min, []
    for first, last, is_new_normal in _breaks(facts, place):
        if is_new_normal:
            begin = max(begin, first)
        else:
            ill.append((first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())))
    return {
        at: day
        for at, day in days.items()
        if at >= about.week.monday or (at >= begin and not any(first <= at <= last for first, last in ill))
    }


def _breaks(facts: Facts, place: Place) -> Iterator[tuple[date, date, bool]]:
    """(first day, last day, whether what came since is the new normal) of the place's incidents and wins before."""
    about = facts.about
    for one in facts.incidents:
        if _of(one) == place and one["outcome"] != "false_alarm" and one["opened_at"] < about.ends:
            closed = one["closed_at"]
            last = _day(about, closed) if closed else about.week.sunday
            yield _day(about, one["onset"]), last, one["outcome"] == "new_normal"
    for one in facts.wins:
        if _of(one) == place and _moment(one["found_at"]) < about.begins:
            yield _day(about, _moment(one["onset"])), about.week.sunday, True


def _change(about: About, one: Judged, listed: int, compared: int) -> dict[str, Any]:
    assert isinstance(one.found, Change)
    metric = one.place[1]
    score = scoring.score(metric, one.histogram)
    low, high = changes.interval(one.found, listed, compared)
    worth = scoring.points(metric, 1.0)
    usual = worth * one.found.expected - (100 if metric == "nps" else 0)
    return _place(about, one.place) | {
        "score": score.score,
        "low": score.low,
        "high": score.high,
        "n": score.n,
        "usual": usual,
        "change": worth * one.found.change,
        "change_low": worth * low,
        "change_high": worth * high,
        "chance": one.found.chance,
        "weeks": one.found.past.weeks,
        "better": one.found.change > 0,
    }


def _place(about: About, place: Place) -> dict[str, Any]:
    stage, metric, audience = place
    return {"stage": stage, "stage_name": about.stage_name(stage), "metric": metric, "audience": audience}


def _of(row: Row) -> Place:
    return row["stage"], row["metric"], row["audience"]


def _day(about: About, moment: Any) -> date:
    found: date = _moment(moment).astimezone(about.zone).date()
    return found


def _moment(value: Any) -> Any:
    return parse_time(value) if isinstance(value, str) else value
