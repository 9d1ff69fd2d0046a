"""The rules of an answer, also for input that nobody thought of."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey.answers import FIELDS, Rejected, content_hash, read
from shared.events import SCALES
from tests.unit.survey.definitions import definition

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ID = "3b241101-e2bb-4255-8caf-4136c566a962"
GOOD: dict[str, Any] = {"id": ID, "score": 9}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def errors(**fields: Any) -> dict[str, str]:
    with pytest.raises(Rejected) as caught:
        read({**GOOD, **fields}, definition(), NOW)
    return caught.value.errors


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)) | st.text(), json_values) | json_values)
def test_any_input_is_read_or_rejected(item: object) -> None:
    with suppress(Rejected):
        answer = read(item, definition(), NOW)
        assert 0 <= answer.score <= 10
        assert answer.answered_at <= NOW + timedelta(minutes=5)


@given(st.sampled_from(sorted(SCALES)), st.integers(-3, 13))
def test_scores_are_on_the_scale_of_the_metric(metric: str, score: int) -> None:
    low, high = SCALES[metric]
    item = {**GOOD, "score": score}
    if low <= score <= high:
        assert read(item, definition(metric=metric), NOW).score == score
    else:
        with pytest.raises(Rejected, match=f"{score} is outside {low}-{high}"):
            read(item, definition(metric=metric), NOW)


@pytest.mark.parametrize(
    ("score", "message"),
    [
        (7.5, "7.5 is not a whole number 0-10"),
        ("9", "'9' is not a whole number 0-10"),
        (True, "true is not a whole number 0-10"),
        (None, "required: a whole number 0-10"),
    ],
)
def test_what_is_wrong_with_a_score(score: Any, message: str) -> None:
    assert errors(score=score) == {"score": message}


def test_every_bad_field_is_named_at_once() -> None:
    bad = errors(
        id="x",
        score=11,
        comment=5,
        reasons=["x"],
        attributes={"a": []},
        lang=1,
        channel="",
        answered_at="x",
        z=1,
    )
    assert set(bad) == {
        "id",
        "score",
        "comment",
        "reasons[0]",
        "attributes.a",
        "lang",
        "channel",
        "answered_at",
        "z",
    }


@pytest.mark.parametrize("text", ["a\0", "\ud800", "é\udfff"])
def test_text_that_cannot_be_stored(text: str) -> None:
    for fields in ({"comment": text}, {"respondent": text}, {"attributes": {"a": text}}):
        assert "NUL" in next(iter(errors(**fields).values()))


def test_ids_may_leave_out_the_dashes() -> None:
    assert read({**GOOD, "id": ID.replace("-", "").upper()}, definition(), NOW).id == UUID(ID)
    for odd in (f"{{{ID}}}", f"urn:uuid:{ID}", ID + " ", ID[:-1]):
        assert "id" in errors(id=odd)


def test_times() -> None:
    def settled(text: str | None, max_age: timedelta | None = timedelta(days=7)) -> datetime:
        return read({**GOOD, "answered_at": text}, definition(), NOW, max_age).answered_at

    assert settled(None) == NOW
    assert settled("2026-11-22T12:04:00Z") == NOW + timedelta(minutes=4)
    assert settled("2026-11-22T12:06:00Z") == NOW
    assert settled("2026-11-22T14:00:00.5+02:00") == NOW + timedelta(seconds=0.5)
    assert settled("2016-01-01T00:00:00Z", None).year == 2016
    assert "more than 7 days ago" in errors(answered_at="2026-11-15T11:59:59Z")["answered_at"]
    assert "no time zone" in errors(answered_at="2026-11-22 12:00")["answered_at"]
    with pytest.raises(Rejected, match="before 1990"):
        settled("1989-12-31T00:00:00Z", None)


def test_the_same_content_has_the_same_hash_and_other_content_another() -> None:
    def hashed(survey: str = "s", **fields: Any) -> bytes:
        return content_hash(read({**GOOD, **fields}, definition(), NOW), survey)

    same = [
        hashed(),
        hashed(comment=" "),
        hashed(reasons=[]),
        hashed(attributes={}),
        hashed(lang=None),
        hashed(sig="x"),
        hashed(respondent="compared by itself"),
    ]
    assert len(set(same)) == 1
    assert hashed(reasons=["late", "damaged"]) == hashed(reasons=["damaged", "late", "late"])
    assert hashed(attributes={"a": 1, "b": 2}) == hashed(attributes={"b": 2, "a": 1})
    other: list[dict[str, Any]] = [
        {"score": 8}, {"comment": "x"}, {"reasons": ["late"]}, {"attributes": {"a": 1}}, {"attributes": {"a": "1"}},
        {"attributes": {"a": True}}, {"lang": "en"}, {"channel": "web"}, {"answered_at": "2026-11-22T12:00:00Z"},
    ]  # fmt: skip
    assert len({hashed(**fields) for fields in other} | {hashed(), hashed("t")}) == len(other) + 2
