"""Surgery changes what it is about and nothing else, whatever the map looks like."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.survey.maps import surgery
from services.survey.schemas.journeys import Journey
from tests.unit.survey.maps.documents import JOURNEY, STAGE, TOUCHPOINT, every_place

Document = dict[str, Any]
STEPS = st.integers(-7, 7)


@st.composite
def placed(draw: st.DrawFn, lowest: int = 1) -> tuple[Document, surgery.Place]:
    """A document and one of its places, at least `lowest` deep."""
    document = draw(JOURNEY)
    document = surgery.add(draw(JOURNEY), (), {"key": "s", "touchpoints": [{"key": "t"}]})
    places = [place for place in every_place(document) if len(place) >= lowest]
    return document, draw(st.sampled_from(places))


@given(placed(), STEPS)
def test_a_move_keeps_every_part_and_puts_one_elsewhere(drawn: Any, by: int) -> None:
    document, place = drawn
    before = surgery.parts(document, place[:-1])
    moved = surgery.move(document, place, by)
    after = surgery.parts(moved, place[:-1])
    old = before.index(surgery.at(document, place))
    assert after.index(surgery.at(document, place)) == min(max(old + by, 0), len(before) - 1)
    rest = [part for part in before if part["key"] != place[-1]]
    assert [part for part in after if part["key"] != place[-1]] == rest
    assert not Journey().validate(moved)


@given(placed(), STEPS)
def test_moving_there_and_back_is_nothing(drawn: Any, by: int) -> None:
    document, place = drawn
    moved = surgery.move(document, place, by)
    back = surgery.index(document, place) - surgery.index(moved, place)
    assert surgery.move(moved, place, back) == document


@given(placed(), STAGE, TOUCHPOINT, STEPS)
def test_nothing_is_changed_in_place(drawn: Any, stage: Document, touchpoint: Document, by: int) -> None:
    document, place = drawn
    untouched = copy.deepcopy(document)
    surgery.move(document, place, by)
    surgery.remove(document, place)
    surgery.add(document, (), stage)
    surgery.add(document, place[:1], touchpoint)
    surgery.edit(document, place, {"name": "another", "pain_points": ["another"]})
    assert document == untouched


@given(placed(lowest=0), st.one_of(STAGE, TOUCHPOINT))
def test_what_is_added_and_removed_leaves_the_map_as_it_was(drawn: Any, part: Document) -> None:
    document, place = drawn
    within = place[:1]
    assume(not surgery.has(document, (*within, part["key"])))
    added = surgery.add(document, within, part)
    assert surgery.parts(added, within)[-1] == part
    assert surgery.last_path(added, within) == surgery.path(added, (*within, part["key"]))
    removed = surgery.remove(added, (*within, part["key"]))
    assert surgery.parts(removed, within) == surgery.parts(document, within)
    assert set(every_place(removed)) == set(every_place(document))


@given(placed())
def test_what_is_removed_is_gone_with_what_is_in_it_and_nothing_else(drawn: Any) -> None:
    document, place = drawn
    left = every_place(surgery.remove(document, place))
    assert left == [one for one in every_place(document) if one[: len(place)] != place]


@given(placed(lowest=2), st.data())
def test_a_touchpoint_carried_to_another_stage_keeps_all_it_says(drawn: Any, data: Any) -> None:
    document, place = drawn
    stage = data.draw(st.sampled_from([one["key"] for one in surgery.parts(document)]))
    assume(stage == place[0] or not surgery.has(document, (stage, place[1])))
    carried = surgery.transfer(document, place, stage)
    assert surgery.at(carried, (stage, place[1])) == surgery.at(document, place)
    assert len(every_place(carried)) == len(every_place(document))
    assert not Journey().validate(carried)


@given(placed(lowest=0))
def test_an_edit_that_says_the_same_changes_nothing(drawn: Any) -> None:
    document, place = drawn
    assert surgery.edit(document, place, dict(surgery.at(document, place))) == document


def test_a_value_that_says_nothing_leaves_the_field_out() -> None:
    journey = {
        "name": "Shop",
        "owner": "ana",
        "stages": [{"key": "a", "touchpoints": [{"key": "b", "moment_of_truth": True}]}],
    }
    point = surgery.edit(journey, ("a", "b"), {"moment_of_truth": False, "channel": "", "pain_points": []})
    assert surgery.at(point, ("a", "b")) == {"key": "b"}
    assert "owner" not in surgery.edit(journey, (), {"owner": ""})


def test_the_path_is_the_one_of_errors() -> None:
    journey = {"name": "Shop", "stages": [{"key": "a"}, {"key": "b", "touchpoints": [{"key": "c"}]}]}
    assert surgery.path(journey, ("b", "c")) == "stages[1].touchpoints[0]"
    assert surgery.path(journey, ()) == ""


@pytest.mark.parametrize("place", [("c",), ("a", "d"), ("c", "d")])
def test_a_place_that_the_map_lacks_is_said(place: surgery.Place) -> None:
    journey = {"name": "Shop", "stages": [{"key": "a"}]}
    for act in (surgery.at, surgery.remove, surgery.path):
        with pytest.raises(surgery.NoSuchPlace):
            act(journey, place)
    assert not surgery.has(journey, place)
