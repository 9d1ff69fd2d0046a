"""Simulated customers for `make demo`: a healthy year, then a day on which one touchpoint falls for one segment.

Everything follows from the anchor day and a seed, so the same answers, with the same ids, come out every time.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
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
FALLING_STAGE_SHARE = 0.4

REGIONS = {"North": 0.35, "South": 0.3, "East": 0.2, "West": 0.15}
PLANS = {"basic": 0.7, "pro": 0.3}

# Shares of detractors (0-6) and passives (7-8); the rest promotes. Healthy scores lie around +35 to +50.
HEALTHY = {"discovery": (0.20, 0.25), "checkout": (0.17, 0.25), "delivery": (0.16, 0.27)} | {
    "returns": (0.22, 0.26),
    "support": (0.19, 0.24),
}
FALLEN = (0.85, 0.10)
WEEKEND_DETRACTORS = 0.03


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
    """The surveys of a configuration file, as the simulation needs them."""
    return [
        Survey(document["survey"], document["stage"], tuple(reason["key"] for reason in document["reasons"]))
        for document in documents
    ]


def history(surveys: list[Survey], anchor: date, days: int = HISTORY_DAYS) -> Iterator[Answer]:
    """A healthy year (or fewer `days`) that ends the day before `anchor`, day by day."""
    random = Random(f"{SEED}-history-{anchor}")
    for days_ago in range(days, 0, -1):
        day = anchor - timedelta(days=days_ago)
        for stage in HEALTHY:
            choices = [survey for survey in surveys if survey.stage == stage]
            for number in range(ANSWERS_A_DAY_AND_STAGE):
                id_ = uuid5(NAMESPACE, f"{SEED} {anchor} history {day} {stage} {number}")
                yield _answer(random, id_, random.choice(choices), _moment(random, day), fallen=False)


def live(surveys: list[Survey], anchor: date) -> list[Answer]:
    """The answers of the anchor day, in the order in which they come: one touchpoint falls for one segment."""
    random = Random(f"{SEED}-live-{anchor}")
    stages = ["delivery"] * round(LIVE_ANSWERS * FALLING_STAGE_SHARE)
    healthy = [stage for stage in HEALTHY if stage != "delivery"]
    stages += [healthy[number % len(healthy)] for number in range(LIVE_ANSWERS - len(stages))]
    random.shuffle(stages)
    found = []
    for number, stage in enumerate(stages):
        survey = random.choice([survey for survey in surveys if survey.stage == stage])
        id_ = uuid5(NAMESPACE, f"{SEED} {anchor} live {number}")
        found.append(_answer(random, id_, survey, None, fallen=survey.key == FALLING_SURVEY))
    return found


def as_csv(answers: Iterable[Answer]) -> str:
    """The answers as a CSV file for POST /v1/imports, with MAPPING's columns."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", "survey", "answered at", "score", "reasons", "comment", "region", "plan"])
    for answer in answers:
        assert answer.answered_at is not None
        facts = [answer.id, answer.survey, answer.answered_at.isoformat(sep=" "), answer.score]
        segments = [answer.attributes["region"], answer.attributes["plan"]]
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


def _answer(random: Random, id_: UUID, survey: Survey, at: datetime | None, *, fallen: bool) -> Answer:
    attributes = {"region": _one_of(random, REGIONS), "plan": _one_of(random, PLANS)}
    detractors, passives = HEALTHY[survey.stage]
    if at is not None and at.weekday() >= 5:
        detractors += WEEKEND_DETRACTORS
    if fallen and FALLING_SEGMENT.items() <= attributes.items():
        detractors, passives = FALLEN
    score = _score(random, detractors, passives)
    ticked = score <= 6 and random.random() < 0.6
    first_reason_weight = 4 if fallen else 1
    weights = [first_reason_weight, *[1] * (len(survey.reasons) - 1)]
    reasons = tuple(random.choices(survey.reasons, weights)) if ticked else ()
    text = comment(random, survey.stage, score, reasons)
    return Answer(id_, survey.key, score, reasons, text, attributes, at)


def _score(random: Random, detractors: float, passives: float) -> int:
    place = random.random()
    if place < detractors:
        return random.choice([2, 3, 4, 5, 5, 6, 6])
    return random.choice([7, 8, 8] if place < detractors + passives else [9, 9, 10])


def _one_of(random: Random, shares: Mapping[str, float]) -> str:
    return random.choices(list(shares), list(shares.values()))[0]


def _moment(random: Random, day: date) -> datetime:
    second = random.randrange(HOURS[0] * 3600, HOURS[1] * 3600)
    return datetime(day.year, day.month, day.day) + timedelta(seconds=second)
