"""The demo's weeks past tell the same story on every day it is begun: the very detector says so."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from dev import simulate
from dev.simulate import Answer
from dev.story import employees, inside, weeks
from services.alerts import detection
from services.alerts.detection import WINS, Closing, Detector, Opening, State, Win, decide
from shared.scoring import half_units

DAYS = 90
DOCUMENTS = yaml.safe_load((Path(simulate.__file__).parent / "shop.yaml").read_text())
SURVEYS = simulate.surveys_of(DOCUMENTS["surveys"])
# A Sunday, a Monday in another year, a Wednesday.
ANCHORS = (date(2026, 11, 22), date(2027, 3, 1), date(2026, 7, 15))


def detector() -> Detector:
    found = Detector(State(0.5))
    decide(found.state, WINS, {"false_wins_per_year": 0.5})
    return found


def take(
    into: Detector, answer: Answer, at: datetime, sequence: int, *, historic: bool
) -> detection.Change | None:
    day = at.toordinal()
    half = half_units("nps", answer.score)
    clock = int(at.timestamp() * 1e6)
    return into.take(detection.Answer(sequence, clock, day, day, (answer.survey, 1), half, historic))


@pytest.mark.parametrize("anchor", ANCHORS, ids=str)
def test_returns_falls_is_repaired_and_wins_last_week(anchor: date) -> None:
    found, watching, sequence = [], detector(), 0
    for part in weeks.parts(anchor, DAYS):
        for day, answers in weeks.days_of(SURVEYS, anchor, part):
            for answer in answers:
                sequence += 1
                assert answer.answered_at is not None
                historic = part.name == "history"
                change = take(watching, answer, answer.answered_at, sequence, historic=historic)
                found += [(type(change), part.name, day)] if change else []
    assert [kind for kind, _, _ in found] == [Opening, Closing, Win]
    assert [name for _, name, _ in found] == ["fallen", "repaired", "better"]
    monday = weeks.monday(anchor)
    assert monday - timedelta(weeks=1) <= found[-1][2] < monday


@pytest.mark.parametrize("anchor", ANCHORS, ids=str)
def test_the_day_itself_opens_an_incident_of_delivery(anchor: date) -> None:
    watching, found = detector(), []
    noon = datetime(anchor.year, anchor.month, anchor.day, 12)
    history = simulate.history(SURVEYS, anchor, DAYS, ["delivery"])
    for sequence, answer in enumerate(history):
        assert answer.answered_at is not None
        take(watching, answer, answer.answered_at, sequence, historic=True)
    delivery = {survey.key for survey in SURVEYS if survey.stage == "delivery"}
    for number, answer in enumerate(simulate.live(SURVEYS, anchor)):
        if answer.survey in delivery:
            at = noon + timedelta(milliseconds=50 * number)
            found.append(take(watching, answer, at, 100_000 + number, historic=False))
    assert [type(one) for one in found if one] == [Opening]


def test_weeks_past_are_the_same_every_time_and_end_yesterday() -> None:
    first, second = (
        [day for part in weeks.parts(ANCHORS[0], DAYS) for day in weeks.days_of(SURVEYS, ANCHORS[0], part)]
        for _ in range(2)
    )
    assert first == second
    days = [day for day, _ in first]
    assert days == [ANCHORS[0] - timedelta(days=ago) for ago in range(DAYS, 0, -1)]
    assert {len(answers) for _, answers in first} == {simulate.ANSWERS_A_DAY_AND_STAGE}
    with pytest.raises(ValueError, match="too few"):
        weeks.parts(ANCHORS[0], 60)


@pytest.mark.parametrize("anchor", ANCHORS, ids=str)
def test_employees_saw_it_coming_and_measures_stayed_green(anchor: date) -> None:
    said = employees.answers(anchor)
    months = sorted({one.answered_at.strftime("%Y-%m") for one in said if one.answered_at})
    scores = [
        _nps([one.score for one in said if one.answered_at and one.answered_at.strftime("%Y-%m") == m])
        for m in months
    ]
    assert len(months) == 3
    assert months[-1] < anchor.strftime("%Y-%m")
    assert scores[0] > 30 > scores[1] > scores[2]
    assert scores[2] < -20
    for place, document in inside.MEASURES.items():
        assert all(one["value"] <= document["target"] for one in inside.values(anchor, place))


def _nps(scores: list[int]) -> float:
    return 100 * (sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)) / len(scores)
