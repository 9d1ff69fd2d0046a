"""The detectors of one batch, in memory: they take answers and decisions in order and say what changed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, NamedTuple

from services.alerts.detection import (
    BUDGET,
    FALSE_ALARMS_PER_YEAR,
    FALSE_WINS_PER_YEAR,
    MAP,
    WINS,
    Answer,
    Detector,
    State,
    decide,
    shares,
    win_shares,
)
from services.alerts.detection import Change as Found
from shared.events import AMENDED, RECORDED, VOIDED, parse_time
from shared.scoring import half_units

Place = tuple[str, str, str, str]  # journey, stage, metric, audience

REDRIVEN = "redriven"  # the decision that brings an answer back, {kind, data} of its event (ADR 0026)

CUSTOMER = "customer"
EPOCH_DAY = 719_163  # the ordinal of 1 January 1970
MICROSECONDS = 1_000_000


@dataclass(slots=True)
class Watched:
    """A detector and how far it has come; `id` is None before it was first saved, `version` is its row's."""

    detector: Detector
    id: int | None = None
    version: str = ""
    last_sequence: int = 0
    last_decision: int = 0


class Share(NamedTuple):
    """A rate of a detector changed because its stage's detectors did: a decision to be recorded."""

    place: Place
    after_sequence: int
    kind: str
    payload: dict[str, Any]


class Ending(NamedTuple):
    """A map ended the incident that the answer `opening` opened: none of its surveys is asked any more."""

    opening: int
    at: datetime


Change = tuple[Place, Found | Ending]


@dataclass(slots=True)
class Watch:
    """The detectors of the keys at hand, by key and then metric and audience.

    `replaying`: each share of a stage's budget comes from the decision that recorded it, and is not computed anew.
    """

    zone: tzinfo
    replaying: bool = False
    stages: dict[str, dict[Place, Watched]] = field(default_factory=dict)
    touched: set[Place] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    shared: list[Share] = field(default_factory=list)

    def find(self, place: Place) -> Watched | None:
        return self.stages.get(f"{place[0]}/{place[1]}", {}).get(place)

    def take(self, events: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Every new response event, in order per key. Employees are not watched: it would tell of their days."""
        for kind, data in events:
            if data["audience"] != CUSTOMER:
                continue
            place = (data["journey"], data["stage"], data["metric"], data["audience"])
            watched = self.find(place) or self._first_sight(place, data["sequence"] - 1)
            if watched.detector.state.false_wins_per_year is None:
                self._begin_wins(place, data["sequence"] - 1)
            if kind == RECORDED:
                self._record(place, watched, data)
            elif kind in (AMENDED, VOIDED):
                self._correct(watched, data)
            watched.last_sequence = data["sequence"]
            self.touched.add(place)

    def decide(
        self, place: Place, kind: str, payload: dict[str, Any], after: int, place_in_order: int
    ) -> None:
        """One decision of a key that stands at sequence `after`; one about employees decides nothing."""
        if place[3] != CUSTOMER:
            return
        watched = self.find(place) or self._add(place, after)
        state = watched.detector.state
        opened = state.opened
        if kind == REDRIVEN:
            self._bring_back(place, watched, payload["kind"], payload["data"])
        # A rate of its own is never shared; a share recorded all the same is one of a table emptied by hand.
        elif not (kind == BUDGET and state.own_rate):
            decide(state, kind, payload)
        if kind == MAP and opened is not None and state.opened is None:
            self.changes.append((place, Ending(opened.sequence, parse_time(payload["at"]))))
        watched.last_decision = place_in_order
        self.touched.add(place)

    def share(self, key: str, after: int) -> None:
        """Share the stage's budgets anew; each rate that changes is a decision at this place."""
        stage = self.stages.get(key, {})
        states = {place: one.detector.state for place, one in stage.items()}
        for (place, state), rate in zip(states.items(), shares([*states.values()]), strict=True):
            if state.false_alarms_per_year != rate:
                self._share(place, state, after, BUDGET, {"false_alarms_per_year": rate})
        looking = {place: one for place, one in states.items() if one.false_wins_per_year is not None}
        for (place, state), rate in zip(looking.items(), win_shares([*looking.values()]), strict=True):
            if state.false_wins_per_year != rate:
                self._share(place, state, after, WINS, {"false_wins_per_year": rate})

    def _share(self, place: Place, state: State, after: int, kind: str, payload: dict[str, Any]) -> None:
        decide(state, kind, payload)
        self.shared.append(Share(place, after, kind, payload))
        self.touched.add(place)

    def _begin_wins(self, place: Place, after: int) -> None:
        """Look for wins of this detector from here on: one that is older than wins begins with its next answer. In a
        replay the decision that recorded it does this."""
        watched = self.find(place)
        if watched is None or self.replaying:
            return
        self._share(place, watched.detector.state, after, WINS, {"false_wins_per_year": FALSE_WINS_PER_YEAR})
        self.share(f"{place[0]}/{place[1]}", after)

    def _first_sight(self, place: Place, after: int) -> Watched:
        watched = self._add(place, after)
        if not self.replaying:
            self.share(f"{place[0]}/{place[1]}", after)
        return watched

    def _add(self, place: Place, after: int) -> Watched:
        watched = Watched(Detector(State(FALSE_ALARMS_PER_YEAR)), last_sequence=after)
        self.stages.setdefault(f"{place[0]}/{place[1]}", {})[place] = watched
        return watched

    def _record(self, place: Place, watched: Watched, data: dict[str, Any]) -> None:
        recorded_at = parse_time(data["recorded_at"])
        answer = Answer(
            data["sequence"],
            microseconds(recorded_at),
            recorded_at.astimezone(self.zone).toordinal(),
            self._day(data),
            (data["survey"], data["survey_revision"]),
            half_units(data["metric"], data["score"]),
            data["historic"],
        )
        change = watched.detector.take(answer)
        if change is not None:
            self.changes.append((place, change))

    def _bring_back(self, place: Place, watched: Watched, kind: str, data: dict[str, Any]) -> None:
        """An answer that died on its way counts from here on. It never bets: what came after it is judged already."""
        if kind == RECORDED:
            self._record(place, watched, data | {"historic": True})
        else:
            self._correct(watched, data)

    def _correct(self, watched: Watched, data: dict[str, Any]) -> None:
        metric, score = data["metric"], data["score"]
        previous = half_units(metric, data["previous"]["score"])
        half = None if score is None else half_units(metric, score)
        watched.detector.correct(self._day(data), (data["survey"], data["survey_revision"]), previous, half)

    def _day(self, data: dict[str, Any]) -> int:
        return parse_time(data["answered_at"]).astimezone(self.zone).toordinal()


def microseconds(moment: datetime) -> int:
    """µs since 1970 of an aware UTC datetime, without a float in between."""
    seconds = (
        (moment.toordinal() - EPOCH_DAY) * 86_400 + moment.hour * 3_600 + moment.minute * 60 + moment.second
    )
    return seconds * MICROSECONDS + moment.microsecond
