"""The demo's customers: the same every time, healthy but for one touchpoint and segment."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import yaml

from dev import simulate
from services.cli.documents import items

ANCHOR = date(2026, 11, 22)
DOCUMENTS = yaml.safe_load((Path(simulate.__file__).parent / "shop.yaml").read_text())
SURVEYS = simulate.surveys_of(DOCUMENTS["surveys"])


def test_the_shop_is_a_configuration_that_apply_takes() -> None:
    assert len(items(DOCUMENTS)) == 18


def test_history_is_the_same_every_time_and_ends_yesterday() -> None:
    first, second = (list(simulate.history(SURVEYS, ANCHOR)) for _ in range(2))
    assert first == second
    days = Counter(answer.answered_at.date() for answer in first if answer.answered_at)
    assert min(days) == ANCHOR - timedelta(days=365)
    assert max(days) == ANCHOR - timedelta(days=1)
    assert set(days.values()) == {5 * simulate.ANSWERS_A_DAY_AND_STAGE}
    assert len({answer.id for answer in first}) == len(first)


def test_one_touchpoint_falls_for_one_segment_only() -> None:
    answers = simulate.live(SURVEYS, ANCHOR)
    assert answers == simulate.live(SURVEYS, ANCHOR)
    assert len(answers) == simulate.LIVE_ANSWERS
    fallen: dict[bool, list[int]] = {True: [], False: []}
    for answer in answers:
        falls = answer.survey == simulate.FALLING_SURVEY
        fallen[falls and simulate.FALLING_SEGMENT.items() <= answer.attributes.items()].append(answer.score)
    assert _nps(fallen[True]) < -50
    assert _nps(fallen[False]) > 20


def test_the_csv_says_what_the_answers_say() -> None:
    answer = next(simulate.history(SURVEYS, ANCHOR))
    header, row = simulate.as_csv([answer]).splitlines()
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    assert cells["id"] == str(answer.id)
    assert cells["score"] == str(answer.score)
    assert datetime.fromisoformat(cells["answered at"]) == answer.answered_at


def _nps(scores: list[int]) -> float:
    return 100 * (sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)) / len(scores)
