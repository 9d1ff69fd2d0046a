"""Documents over HTTP: validators, differences, cursors, field paths."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from shared.web.documents import changes, check_if_match, decode_cursor, encode_cursor, etag, not_modified
from shared.web.problems import Problem, field_paths

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-100, 100) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=8,
)


def test_etag_does_not_depend_on_the_order_of_fields() -> None:
    assert etag({"a": 1, "b": [1, 2]}) == etag({"b": [1, 2], "a": 1})
    assert etag({"b": [1, 2]}) != etag({"b": [2, 1]})


@given(JSON, JSON)
def test_changes_are_none_exactly_when_equal(before: object, after: object) -> None:
    assert changes(before, before) == []
    if etag(before) != etag(after) and before != after:
        assert changes(before, after) != [] or _only_nulls(before, after)


def test_changes_name_the_leaf() -> None:
    before = {"stages": [{"key": "order", "name": "Order"}]}
    after = {"stages": [{"key": "order", "name": "Ordering"}]}
    assert changes(before, after) == [{"path": "stages[0].name", "before": "Order", "after": "Ordering"}]


@given(st.lists(st.integers() | st.text(), min_size=1, max_size=3).filter(lambda v: all(_fits(x) for x in v)))
def test_cursor_round_trip(values: list[int | str]) -> None:
    assert decode_cursor(encode_cursor(*values), len(values)) == values


@pytest.mark.parametrize("text", ["", "%%", "e30", "W10", "WzEsMl0", "é"])
def test_a_foreign_cursor_is_refused(text: str) -> None:
    with pytest.raises(Problem) as caught:
        decode_cursor(text, 1)
    assert (caught.value.status, list(caught.value.errors or {})) == (422, ["cursor"])


@pytest.mark.parametrize(
    ("header", "current", "refused"),
    [
        (None, None, False), (None, '"a"', False), ('"a"', '"a"', False), ('"b", "a"', '"a"', False),
        ("*", '"a"', False), ("*", None, True), ('"b"', '"a"', True), ('"a"', None, True),
    ],
)  # fmt: skip
def test_if_match(header: str | None, current: str | None, refused: bool) -> None:
    with Flask("test").test_request_context(headers={"If-Match": header} if header else {}):
        if refused:
            with pytest.raises(Problem) as caught:
                check_if_match(current)
            assert caught.value.status == 412
        else:
            check_if_match(current)


def test_if_none_match() -> None:
    with Flask("test").test_request_context(headers={"If-None-Match": 'W/"a", "b"'}):
        assert [tag for tag in ('"a"', '"b"', '"c"') if not_modified(tag)] == ['"a"', '"b"']


def test_field_paths_follow_lists_and_objects() -> None:
    messages = {
        "stages": {1: {"touchpoints": {0: {"key": ["bad slug"]}}}, "_schema": ["too many"]},
        "name": ["missing"],
    }
    assert field_paths(messages) == {
        "stages[1].touchpoints[0].key": ["bad slug"],
        "stages": ["too many"],
        "name": ["missing"],
    }


def _fits(value: int | str) -> bool:
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return value.isprintable()


def _only_nulls(before: object, after: object) -> bool:
    """A field that is null on one side and left out on the other is no change."""
    return etag(_without_nulls(before)) == etag(_without_nulls(after))


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_without_nulls(inner) for inner in value]
    return value
