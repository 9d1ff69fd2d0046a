"""A back-test as HTTP and the command line show it. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.alerts.backtest import Backtest, Found
from services.alerts.backtest_changes import changes
from services.alerts.detection import Sum
from services.alerts.detection.common_rules import DROP, FLOOR_ANSWERS, SIGMAS, Alarm
from services.alerts.shown import measured
from shared.events import isoformat
from shared.scoring import points

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MEANS = {
    "fixed_floor": "the last 7 days under a floor: the first {floor} answers' score less {drop:g} points",
    "week_on_week": "the last 7 days more than {drop:g} points under the 7 days before",
    "week_against_month": "the last 7 days more than {drop:g} points under the 28 days before",
    "z_score": "a day more than {sigmas:g} standard deviations under the last 28 days",
}


def document(found: Backtest, metric: str, default: Backtest | None = None) -> dict[str, Any]:
    """{in_words, answers, days, learning_until, incidents, rules, changes}.

    Days are ISO dates, moments in UTC, scores in points. in_words: sentences on how much it rests, whether
    anything was judged, and how many incidents there were.
    changes: what differs from `default`, the same answers with the default budget; null where that is this one.
    """
    return {
        "in_words": [
            f"{_counted(found.answers, 'answer')} on {_counted(found.days, 'day')}.",
            learning(found.answers, _day(found.learning_until)),
            *([_incidents(len(found.incidents))] if found.learning_until else []),
        ],
        "answers": found.answers,
        "days": found.days,
        "learning_until": _day(found.learning_until),
        "incidents": [_incident(one, metric) for one in found.incidents],
        "rules": [_rule(name, alarms, found, metric) for name, alarms in found.rules.items()],
        "changes": None if default is None else _changes(found, default),
    }


def learning(answers: int, until: str | None) -> str:
    """Whether, and from when on, anything was judged."""
    if not answers:
        return "There are no answers in this period: nothing was learnt, and nothing judged."
    if until is None:
        return "It was learning all the time: no answer was judged."
    return f"Learning until {until}, watching from then on."


def _incidents(count: int) -> str:
    return f"{_counted(count, 'incident')}." if count else "No incident."


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _changes(found: Backtest, default: Backtest) -> dict[str, Any]:
    incidents = [
        {"change": one.kind, "opened_at": _opened_at(one.now), "by_default": _opened_at(one.then)}
        for one in changes(found.incidents, default.incidents)
    ]
    return {"default": default.false_alarms_per_year, "incidents": incidents}


def _incident(found: Found, metric: str) -> dict[str, Any]:
    return {
        "opened_at": _moment(found.opened_at),
        "onset": _moment(found.onset),
        "closed_at": None if found.closed_at is None else _moment(found.closed_at),
        "before": measured(metric, _sums(found.before)),
        "since": measured(metric, _sums(found.since)),
    }


def _rule(name: str, alarms: list[Alarm], found: Backtest, metric: str) -> dict[str, Any]:
    """One common rule. `in_incident`: the alarm came while an incident above lasted, its onset included."""
    shown = [
        {
            "day": _day(alarm.day),
            "ended": _day(alarm.ended),
            "score": _score(metric, alarm.value),
            "limit": _score(metric, alarm.limit),
            "in_incident": any(incident.covers(alarm.day) for incident in found.incidents),
        }
        for alarm in alarms
    ]
    means = _MEANS[name].format(drop=points(metric, DROP), floor=FLOOR_ANSWERS, sigmas=SIGMAS)
    return {"rule": name, "means": means, "count": len(alarms), "alarms": shown}


def _score(metric: str, mean: float) -> float:
    """A mean on the unit scale as a score of the metric: NPS begins at -100."""
    return points(metric, mean) - (100 if metric == "nps" else 0)


def _sums(total: Sum) -> dict[str, Any]:
    return total._asdict() | {"from": _day(total.first), "to": _day(total.last)}


def _day(ordinal: int | None) -> str | None:
    return None if ordinal is None else date.fromordinal(ordinal).isoformat()


def _opened_at(found: Found | None) -> str | None:
    return None if found is None else _moment(found.opened_at)


def _moment(clock: int) -> str:
    return isoformat(EPOCH + timedelta(microseconds=clock))
