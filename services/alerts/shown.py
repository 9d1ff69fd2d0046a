"""Incidents and detectors as HTTP shows them. Pure: stored rows in, documents out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.alerts.detection import ENOUGH_ANSWERS, Baseline, budget, from_json, mean_of, noticed_after_days
from services.alerts.messages.figures import of_sums
from services.alerts.messages.record import in_words, switched_off
from services.alerts.messages.story import STALE
from services.alerts.stale import expected
from shared.scoring import units
from shared.wording import whole

MICROSECONDS_A_DAY = 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DROP = 10.0  # points of the metric
# For the schema of /v1/incidents.
DROP_TOLD = (
    "`before` and `since` are the answers as the incident opened. `drop` is what was told: the whole points between "
    "the rounded scores of `cause`, counted at its `computed_at`; without a cause, of `before` and `since`."
)

NO_ALARMS = {"alarms": 0, "called_false": 0}


def incident(row: Mapping[str, Any]) -> dict[str, Any]:
    """One incident: as stored, with scores and intervals for the sums it opened with. `drop`: see DROP_TOLD."""
    opening = {name: measured(row["metric"], row[name]) for name in ("before", "since")}
    return {**row, **opening, "drop": _drop(row["cause"] or opening, opening)}


def _drop(told: Mapping[str, Any], opening: Mapping[str, Any]) -> int | None:
    scores = [
        told[name]["score"] if told[name].get("score") is not None else opening[name]["score"]
        for name in opening
    ]
    return None if None in scores else whole(scores[0]) - whole(scores[1])


def measured(metric: str, sums: Mapping[str, Any]) -> dict[str, Any]:
    """{score, low, high, n, from, to} of {n, halves, squares, from, to}; no answers have no score."""
    figure = of_sums(metric, sums)
    score, low, high = (figure.score, figure.low, figure.high) if figure else (None, None, None)
    days = {"from": sums["from"], "to": sums["to"]}
    return {"score": score, "low": low, "high": high, "n": sums["n"], **days}


def detector(row: Mapping[str, Any], record: Mapping[str, int] = NO_ALARMS) -> dict[str, Any]:
    """One detector: its settings, what it knows, its evidence in days against its budget in days, its own record.

    `row` has place, state, last_sequence (of its key), answers (all it has seen), settings (the last asked for).
    `answers` are those old enough to judge by: the way to `answers_needed`, where learning ends. How soon one that is
    switched off would notice anything is not said.
    """
    state = from_json(row["state"])
    learned = state.baseline
    asked = row["settings"] or {"enabled": state.enabled, "false_alarms_per_year": None}
    rate = asked["false_alarms_per_year"] or state.false_alarms_per_year
    own = {
        "days_watched": state.watched / MICROSECONDS_A_DAY,
        "noticed_after_days": learned and noticed_after_days(learned, rate, units(row["metric"], DROP))
        if asked["enabled"]
        else None,
        **record,
    }
    off = [] if asked["enabled"] else [switched_off(state.opened is not None)]
    return {
        "journey": row["journey"],
        "stage": row["stage"],
        "metric": row["metric"],
        "audience": row["audience"],
        "enabled": asked["enabled"],
        "state": state.status,
        "since": None if state.opened is None else _moment(state.opened.onset),
        "answers": row["answers"] if learned is None else learned.n,
        "answers_seen": row["answers"],
        "answers_needed": ENOUGH_ANSWERS,
        "false_alarms_per_year": rate,
        "budget": budget(rate),
        "false_wins_per_year": state.false_wins_per_year,
        "evidence": mean_of(state.evidence),
        "recovery": None if state.opened is None else mean_of(state.opened.evidence),
        "baseline": None if learned is None else _baseline(row["metric"], learned),
        "last_sequence": row["last_sequence"],
        "last_answer_at": None if state.last_live is None else _moment(state.last_live),
        **own,
        "in_words": off + in_words(own | {"false_alarms_per_year": rate}),
    }


def condition(detector: Mapping[str, Any], gone: Mapping[str, Any] | None) -> dict[str, Any]:
    """The detector with the state that people see: learning, ok, degraded, stale or silenced, and `since` when.

    gone: {since, counted, answers_a_day} where its stage is stale. A stage that is degraded stays so while nobody
    answers, and what a silence hides is in `muted`; `stale` {since, expected} is said in every state. One that is
    switched off has no state, but degraded while its incident is open: it judges nothing else.
    """
    stale = gone and {"since": gone["since"], "expected": expected(gone["answers_a_day"], gone["counted"])}
    state, since = detector["state"], detector["since"]
    if stale and state != "degraded":
        state, since = STALE, stale["since"]
    if not detector["enabled"] and state != "degraded":
        state, since = None, None
    muted = state if detector["silenced"] else None
    return {
        **detector,
        "state": "silenced" if muted else state,
        "muted": muted,
        "since": since,
        "expected": stale["expected"] if stale and STALE in (state, muted) else None,
        "stale": stale,
    }


def _moment(clock: int) -> datetime:
    return EPOCH + timedelta(microseconds=clock)


def _baseline(metric: str, learned: Baseline) -> dict[str, Any]:
    sums = {
        "n": learned.n,
        "halves": learned.halves,
        "squares": learned.squares,
        "from": _iso(learned.first),
        "to": _iso(learned.last),
    }
    return measured(metric, sums) | {"clustering": learned.clustering}


def _iso(day: int | None) -> str | None:
    return None if day is None else date.fromordinal(day).isoformat()
