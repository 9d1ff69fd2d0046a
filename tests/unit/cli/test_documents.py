"""Configuration files: what they may look like, in which order they are sent, and what counts as a difference."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cli import configuration_file
from services.cli.documents import Difference, NotConfiguration, differences, items

SURVEY = {"survey": "delivery-nps", "journey": "shop", "status": "live"}
VALUES = st.recursive(
    st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "key"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def names(content: Any) -> list[str]:
    return [item.name for item in items(content)]


def test_the_order_is_that_of_dependence() -> None:
    content = {
        "detectors": [{"journey": "shop", "stage": "delivery", "metric": "nps", "audience": "customer"}],
        "surveys": [SURVEY, SURVEY | {"survey": "old-nps", "status": "archived"}],
        "journeys": [{"journey": "shop"}],
        "owners": [{"owner": "ana"}],
    }
    assert names(content) == [
        "survey old-nps",
        "owner ana",
        "journey shop",
        "survey delivery-nps",
        "detector shop/delivery/nps/customer",
    ]


def test_lists_and_mappings_say_the_same() -> None:
    listed = items({"surveys": [SURVEY], "journeys": [{"journey": "shop", "name": "Shop"}]})
    mapped = items(
        {
            "surveys": {"delivery-nps": {"journey": "shop", "status": "live"}},
            "journeys": {"shop": {"name": "Shop"}},
        }
    )
    assert listed == mapped
    assert [item.path for item in listed] == ["/v1/journeys/shop", "/v1/surveys/delivery-nps"]
    assert [item.journey for item in listed] == ["shop", "shop"]
    assert listed[1].named == SURVEY


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (["x"], "expected owners"),
        (None, "expected owners"),
        ({"survey": []}, "survey: unknown"),
        ({"surveys": "x"}, "surveys: expected a list"),
        ({"surveys": ["x"]}, r"surveys\[0\]: expected fields"),
        ({"surveys": [{"journey": "shop"}]}, r"surveys\[0\].survey: missing"),
        ({"surveys": [{"survey": 7}]}, r"surveys\[0\].survey: missing"),
        ({"silences": {"bad slug": {}}}, r"silences.bad slug.silence: ‘bad slug’ is no key"),
        ({"surveys": [SURVEY, SURVEY]}, "survey delivery-nps: is in the file twice"),
        ({"detectors": {"shop": {}}}, "detectors: expected a list"),
    ],
)
def test_what_is_no_configuration_is_named(content: Any, place: str) -> None:
    with pytest.raises(NotConfiguration, match=place):
        items(content)


def test_differences_of_keyed_lists_are_told_item_by_item() -> None:
    before = {"name": "Shop", "stages": [{"key": "a", "name": "A"}, {"key": "b"}, {"key": "c"}]}
    after = {"name": "Shop", "stages": [{"key": "a", "name": "B"}, {"key": "c"}, {"key": "d"}]}
    assert list(differences(before, after)) == [
        Difference("stages[a].name", "A", "B"),
        Difference("stages[d]", None, {"key": "d"}),
        Difference("stages[b]", {"key": "b"}, None),
    ]


def test_another_order_is_a_difference() -> None:
    (one,) = differences({"stages": [{"key": "a"}, {"key": "b"}]}, {"stages": [{"key": "b"}, {"key": "a"}]})
    assert one == Difference("stages order", ["a", "b"], ["b", "a"])


def test_a_time_stays_the_text_it_is() -> None:
    text = "silences: {sale: {from: 2026-11-27T00:00:00+01:00, to: 2026-11-30, why: Sale}}"
    [item] = configuration_file.read(text)
    assert item.named == {
        "silence": "sale",
        "from": "2026-11-27T00:00:00+01:00",
        "to": "2026-11-30",
        "why": "Sale",
    }
    assert item.path == "/v1/silences/sale"


def test_null_is_nothing() -> None:
    assert list(differences({"owner": None}, {})) == []


def test_true_is_not_one() -> None:
    assert list(differences({"x": 1}, {"x": True}))
    assert not list(differences({"x": 1}, {"x": 1.0})), "a number is kept as 1.0"


@given(VALUES, VALUES)
def test_no_difference_exactly_where_equal(one: Any, other: Any) -> None:
    assert list(differences(one, deepcopy(one))) == []
    if list(differences({"x": one}, {"x": other})) == []:
        assert one == other
