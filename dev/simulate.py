"""Simulated customers for `make demo`: a healthy year, then a day on which one touchpoint falls for one segment.

Everything follows from the anchor day and a seed, so the same answers, with the same ids, come out every time.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from dev.comments import comment

SEED = 21  # in the ids too: other answers are new ones, not others under a known id
NAMESPACE = UUID("0f7e3a52-6c1d-5b8e-9a44-2d1b7c9e5f10")
HISTORY_DAYS = 365
ANSWERS_A_DAY_AND_STAGE = 60
LIVE_ANSWERS = 1000
HOURS = (7, 23)

FALLING_SURVEY = "courier-handover-nps"
FALLING_SEGMENT = {"region": "North"}
FALLING_STAGE_SHARE = 0.55

REGIONS = {"North": 0.35, "South": 0.3, "East": 0.2, "West": 0.15}
PLANS = {"basic": 0.7, "pro": 0.3}

# Shares of detractors (0-6) and passives (7-8); the rest promotes. Healthy scores lie around +35 to +50.
HEALTHY = {"discovery": (0.20, 0.25), "checkout": (0.17, 0.25), "delivery": (0.16, 0.27)} | {
    "returns": (0.22, 0.26),
    "support": (0.19, 0.24),
}
FALLEN = (0.93, 0.05)
Shares = tuple[float, float]
WEEKEND_DETRACTORS = 0.03


@dataclass(frozen=True)
class Fall:
    """What is wrong with a survey for a while: its shares, for those of this segment only, and the reason most give."""

    shares: Shares
    segment: Mapping[str, str]
    reason: str


NORTH_WAITS = Fall(FALLEN, FALLING_SEGMENT, "late")


@dataclass(frozen=True)
class Survey:
    """What the simulation knows of a survey."""

    key: str
    stage: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """One simulated answer; `answered_at` is local to the report's time zone, None: now."""

    id: UUID
    survey: str
    score: int
    reasons: tuple[str, ...]
    comment: str
    attributes: dict[str, str]
    answered_at: datetime | None


def surveys_of(documents: list[dict[str, Any]]) -> list[Survey]:
    """The surveys of a configuration file that customers answer along the way, as the simulation needs them."""
    return [
        Survey(document["survey"], document["stage"], tuple(reason["key"] for reason in document["reasons"]))
        for document in documents
        if document["audience"] == "customer" and document["metric"] == "nps"
    ]


def history(
    surveys: list[Survey], anchor: date, days: int = HISTORY_DAYS, stages: Collection[str] = tuple(HEALTHY)
) -> Iterator[Answer]:
    """A healthy year (or fewer `days`) of these stages that ends the day before `anchor`, day by day."""
    random = Random(f"{SEED}-history-{anchor}")
    for days_ago in range(days, 0, -1):
        day = anchor - timedelta(days=days_ago)
        for stage in stages:
            yield from day_of(random, surveys, anchor, day, stage)


def day_of(
    random: Random,
    surveys: list[Survey],
    anchor: date,
    day: date,
    stage: str,
    shares: Shares | None = None,
    falls: Mapping[str, Fall] = {},
    places: Sequence[float] | None = None,
) -> Iterator[Answer]:
    """A day's answers of a stage: as healthy as ever unless `shares` say otherwise, and but for surveys that fall.

    places: where each answer stands among all (0 the worst, 1 the best); drawn where they are not given.
    """
    choices, usual = (
        [survey for survey in surveys if survey.stage == stage],
        _on(day, shares or HEALTHY[stage]),
    )
    for number in range(ANSWERS_A_DAY_AND_STAGE):
        id_ = uuid5(NAMESPACE, f"{SEED} {anchor} history {day} {stage} {number}")
        survey = random.choice(choices)
        at = _moment(random, day)
        place = random.random() if places is None else places[number]
        yield _answer(random, id_, survey, at, usual, falls.get(survey.key), place)


def live(surveys: list[Survey], anchor: date, healthy: Mapping[str, Shares] = HEALTHY) -> list[Answer]:
    """The answers of the anchor day, in the order in which they come: one touchpoint falls for one segment."""
    random = Random(f"{SEED}-live-{anchor}")
    stages = ["delivery"] * round(LIVE_ANSWERS * FALLING_STAGE_SHARE)
    others = [stage for stage in HEALTHY if stage != "delivery"]
    stages += [others[number % len(others)] for number in range(LIVE_ANSWERS - len(stages))]
    random.shuffle(stages)
    found = []
    for number, stage in enumerate(stages):
        survey = random.choice([survey for survey in surveys if survey.stage == stage])
        id_ = uuid5(NAMESPACE, f"{SEED} {anchor} live {number}")
        fall = NORTH_WAITS if survey.key == FALLING_SURVEY else None
        found.append(_answer(random, id_, survey, None, _on(anchor, healthy[stage]), fall, random.random()))
    return found


def as_csv(answers: Iterable[Answer]) -> str:
    """The answers as a CSV file for POST /v1/imports, with MAPPING's columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", "survey", "answered at", "score", "reasons", "comment", "region", "plan"])
    for answer in answers:
        assert answer.answered_at is not None
        facts = [answer.id, answer.survey, answer.answered_at.isoformat(sep=" "), answer.score]
        segments = [answer.attributes.get("region", ""), answer.attributes.get("plan", "")]
        writer.writerow([*facts, ";".join(answer.reasons), answer.comment, *segments])
    return text.getvalue()


def mapping(surveys: list[Survey], time_zone: str) -> dict[str, object]:
    """The import's mapping for `as_csv`."""
    return {
        "survey_by": {"column": "survey", "values": {survey.key: survey.key for survey in surveys}},
        "columns": {
            "id": "id",
            "answered_at": "answered at",
            "score": "score",
            "reasons": "reasons",
            "comment": "comment",
            "attributes": {"region": "region", "plan": "plan"},
        },
        "timezone": time_zone,
    }


def _answer(
    random: Random,
    id_: UUID,
    survey: Survey,
    at: datetime | None,
    shares: Shares,
    fall: Fall | None,
    place: float,
) -> Answer:
    attributes = {"region": _one_of(random, REGIONS), "plan": _one_of(random, PLANS)}
    detractors, passives = shares
    if fall and fall.segment.items() <= attributes.items():
        detractors, passives = fall.shares
    score = _score(random, place, detractors, passives)
    ticked = score <= 6 and random.random() < 0.6
    weights = [4 if fall and fall.reason == reason else 1 for reason in survey.reasons]
    reasons = tuple(random.choices(survey.reasons, weights)) if ticked else ()
    text = comment(random, survey.stage, score, reasons)
    return Answer(id_, survey.key, score, reasons, text, attributes, at)


def _on(day: date, shares: Shares) -> Shares:
    """Shares of that day: weekends are a little worse."""
    return (shares[0] + WEEKEND_DETRACTORS, shares[1]) if day.weekday() >= 5 else shares


def _score(random: Random, place: float, detractors: float, passives: float) -> int:
    if place < detractors:
        return random.choice([2, 3, 4, 5, 5, 6, 6])
    return random.choice([7, 8, 8] if place < detractors + passives else [9, 9, 10])


def _one_of(random: Random, shares: Mapping[str, float]) -> str:
    return random.choices(list(shares), list(shares.values()))[0]


def _moment(random: Random, day: date) -> datetime:
    second = random.randrange(HOURS[0] * 3600, HOURS[1] * 3600)
    return datetime(day.year, day.month, day.day) + timedelta(seconds=second)
