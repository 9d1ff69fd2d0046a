"""What to group by, and series without gaps."""

from __future__ import annotations

from datetime import date

import pytest

from services.aggregator import answers
from services.aggregator.periods import Period


@pytest.mark.parametrize(
    ("by", "given", "columns"),
    [
        (None, [], ("journey",)),
        (None, ["journey"], ("journey",)),
        (None, ["journey", "stage"], ("journey", "stage")),
        (None, ["survey"], ("journey", "stage", "touchpoint", "survey")),
        ("touchpoint", ["journey"], ("journey", "stage", "touchpoint")),
        ("journey", ["stage"], ("journey", "stage")),
        ("segment:plan", ["journey"], ("journey",)),
        ("segment:plan", ["journey", "stage"], ("journey", "stage")),
    ],
)
def test_groups_down_to_what_is_asked_or_fixed(
    by: str | None, given: list[str], columns: tuple[str, ...]
) -> None:
    assert answers.columns(by, given) == columns


def test_scope_names_the_segment() -> None:
    group = {"journey": "shop", "segment_value": "pro"}
    assert answers.scope(group, "plan") == {"journey": "shop", "segment": {"plan": "pro"}}
    assert answers.scope({"journey": "shop", "stage": "delivery"}) == {"journey": "shop", "stage": "delivery"}


@pytest.mark.parametrize(
    ("step", "start"),
    [("day", date(2026, 11, 11)), ("week", date(2026, 11, 9)), ("month", date(2026, 11, 1))],
)
def test_a_cut_off_first_step_still_finds_its_answers(step: str, start: date) -> None:
    period = Period(date(2026, 11, 11), date(2026, 12, 2))
    counts = (0, 0, 0, 0, 0, 40, 0, 0, 0, 0, 0)
    points = answers.points_of("csat", {start: counts}, period, step, 0.95)
    assert (points[0]["from"], points[0]["n"], points[0]["score"]) == ("2026-11-11", 40, 100.0)
    assert points[-1]["to"] == "2026-12-02"
    assert all((point["n"], point["score"]) == (0, None) for point in points[1:])
