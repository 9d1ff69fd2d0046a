"""Inputs to a detector that are not answers: its settings, its share of the stage's budget, a person's outcome."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from services.alerts.detection.baseline import Baseline
from services.alerts.detection.state import State

FALSE_ALARMS_PER_YEAR = 0.5  # of a stage, shared by its enabled detectors

FALSE_WINS_PER_YEAR = 0.5  # of a stage, shared by its enabled detectors

SETTINGS, BUDGET, OUTCOME, MAP, WINS = "settings", "budget", "outcome", "map", "wins"
FIXED, NEW_NORMAL, FALSE_ALARM = "fixed", "new_normal", "false_alarm"
OUTCOMES = (FIXED, NEW_NORMAL, FALSE_ALARM)


def decide(state: State, kind: str, payload: dict[str, Any]) -> None:
    """Apply one decision. Payloads:

    settings {enabled, false_alarms_per_year | None} · budget {false_alarms_per_year} ·
    outcome {opening_sequence, onset_day, day, outcome} (days as ISO dates in REPORT_TZ; day = when it was decided) ·
    wins {false_wins_per_year}: from the first on, the detector looks for wins too ·
    map {surveys [[survey, revision], …], day, at}: what is asked now; an open incident that none of them can end ends.
    """
    if kind == SETTINGS:
        _settings(state, payload["enabled"], payload["false_alarms_per_year"])
    elif kind == BUDGET:
        state.false_alarms_per_year = payload["false_alarms_per_year"]
    elif kind == OUTCOME:
        _outcome(state, payload)
    elif kind == WINS:
        _wins(state, payload["false_wins_per_year"])
    elif kind == MAP:
        _map(state, payload)
    else:
        raise ValueError(f"unknown decision {kind}")


def shares(states: list[State]) -> list[float]:
    """The rate each state of one stage should have: its own, or an even share of the stage's budget."""
    enabled = sum(state.enabled for state in states)
    share = FALSE_ALARMS_PER_YEAR / max(enabled, 1)
    return [state.false_alarms_per_year if state.own_rate else share for state in states]


def win_shares(states: list[State]) -> list[float]:
    """The rate of false wins each state of one stage should have: an even share of the stage's."""
    return [FALSE_WINS_PER_YEAR / max(sum(state.enabled for state in states), 1)] * len(states)


def replaced(baseline: Baseline | None, surveys: Iterable[tuple[str, int]]) -> bool:
    """Whether `baseline` knows none of the (survey, revision) asked, and something is asked."""
    asked = list(surveys)
    return baseline is not None and bool(asked) and not any(map(baseline.bets, asked))


def _wins(state: State, rate: float) -> None:
    if state.false_wins_per_year is None:
        state.retrain = True  # what answers multiply the bets by is priced anew
    state.false_wins_per_year = rate


def _map(state: State, payload: dict[str, Any]) -> None:
    """A baseline is frozen while an incident is open, so answers to surveys it does not know can never end that."""
    surveys = [(survey, revision) for survey, revision in payload["surveys"]]
    if state.opened is not None and replaced(state.baseline, surveys):
        state.close(date.fromisoformat(payload["day"]).toordinal())


def _settings(state: State, enabled: bool, rate: float | None) -> None:
    state.own_rate = rate is not None
    if rate is not None:
        state.false_alarms_per_year = rate
    if enabled != state.enabled:
        state.enabled, state.clock = enabled, None
        state.reset()


def _outcome(state: State, payload: dict[str, Any]) -> None:
    opening = payload["opening_sequence"]
    if state.opened is not None and state.opened.sequence == opening:
        state.close(date.fromisoformat(payload["day"]).toordinal())
    if payload["outcome"] == FIXED:
        return
    state.left_out = [kept for kept in state.left_out if kept[0] != opening]
    state.retrain = True
    if payload["outcome"] == NEW_NORMAL:
        onset = date.fromisoformat(payload["onset_day"]).toordinal()
        state.restart = max(onset, state.restart or onset)
        if state.risen is not None and state.risen <= onset:
            state.risen = None  # the person's new normal is the later one
