"""What a survey's follow-ups mean, and what changing a case does. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.survey.follow_ups import rules
from services.survey.follow_ups.changes import Refused, change
from services.survey.follow_ups.contact import Contact, every_name, pseudonym_of, read_contact
from services.survey.follow_ups.document import history, is_overdue

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CASE: dict[str, Any] = {
    "answer_id": UUID(int=1),
    "state": "open",
    "owner": "ana",
    "outcome": None,
    "cause": None,
    "note": None,
    "opened_at": NOW - timedelta(days=2),
    "due_at": NOW - timedelta(days=1),
}
DOCUMENT = {
    "reasons": [{"key": "late"}, {"key": "price"}],
    "follow_ups": {"score_at_most": 6, "ask_contact": {"en": "Yes", "de": "Ja"}},
}


def test_the_rule_of_a_survey() -> None:
    assert [rules.is_low(DOCUMENT, score) for score in (0, 6, 7)] == [True, True, False]
    assert [rules.asks(DOCUMENT, score) for score in (6, 7)] == [True, False]
    assert not rules.is_low({}, 0)
    assert not rules.is_low({"follow_ups": {"due_hours": 1}}, 0)
    assert not rules.asks({"follow_ups": {"score_at_most": 6}}, 0)
    assert [rules.consent(DOCUMENT, lang) for lang in ("de-AT", "en", "fr", None)] == [
        "Ja",
        "Yes",
        "Yes",
        "Yes",
    ]
    assert rules.consent({}, "en") is None
    assert rules.due_at({}, NOW) - NOW == timedelta(hours=24)
    assert rules.causes(DOCUMENT)[:3] == ["late", "price", "quality"]
    assert rules.causes({}) == list(rules.CAUSES)


def test_whose_a_stage_is() -> None:
    journey = {"owner": "ana", "stages": [{"key": "a", "owner": "ben"}, {"key": "b", "owner": None}]}
    assert [rules.stage_owner(journey, stage) for stage in ("a", "b", "gone")] == ["ben", "ana", "ana"]
    assert rules.stage_owner({"stages": []}, "a") is None


@pytest.mark.parametrize(
    "email",
    ["a@b.example", "first.last+tag@mail.b.example", "o'neil@b-c.example", "x" * 64 + "@b.example"],
)
def test_addresses_that_are_kept(email: str) -> None:
    errors: dict[str, str] = {}
    assert read_contact({"email": f" {email} ", "consent": True}, errors) == Contact(email)
    assert errors == {}


@pytest.mark.parametrize(
    "email",
    ["", "a", "a@b", "a b@c.example", "a@b.example\r\nBcc: x@y.example", "<a@b.example>", "a@b.example,c@d.example",
     "x" * 65 + "@b.example", "a@-b.example", "ä@b.example", 7, "a..b@c.example", ".a@b.example", "a.@b.example",
     ".@b.example", "a@b..example", "a@b.example.", "a@b.-x", "a@b.x-", "x." * 32 + "yy@b.example", None,
     "a@" + "b." * 130 + "example"],
)  # fmt: skip
def test_addresses_that_are_not(email: object) -> None:
    errors: dict[str, str] = {}
    read_contact({"email": email, "consent": True}, errors)
    assert list(errors) == ["contact.email"]


def test_an_address_is_one_person_however_it_is_written() -> None:
    keys = {"new": b"n" * 32, "old": b"o" * 32}
    assert pseudonym_of(keys, "Ana@B.example") in every_name(keys, "ANA@b.example")
    assert len(every_name(keys, "c-1")) == 2


def test_nothing_changes_twice() -> None:
    wanted = {"state": "resolved", "outcome": "solved", "cause": "late", "note": "called", "owner": "ben"}
    first = change(CASE, wanted, ["late"], NOW)
    assert [kind for kind, _ in first.lines] == ["assigned", "noted", "resolved"]
    again = change(CASE | first.values, wanted, ["late"], NOW + timedelta(hours=1))
    assert (again.values, again.lines) == ({}, [])


def test_reopened_it_has_as_long_as_at_first() -> None:
    done = CASE | {"state": "resolved", "outcome": "solved", "cause": "late", "resolved_at": NOW}
    found = change(done, {"state": "open"}, [], NOW)
    assert found.values["due_at"] == NOW + timedelta(days=1)
    assert [found.values[name] for name in ("outcome", "cause", "resolved_at")] == [None, None, None]
    contacted = change(done, {"state": "contacted"}, [], NOW)
    assert [kind for kind, _ in contacted.lines] == ["reopened", "contacted"]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [({"state": "resolved"}, "outcome"), ({"outcome": "solved"}, "outcome"), ({"cause": "late"}, "cause"),
     ({"state": "resolved", "outcome": "solved", "cause": "words"}, "cause")],
)  # fmt: skip
def test_what_is_refused(wanted: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        change(CASE, wanted, ["late"], NOW)
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize(
    ("name", "value"), [("note", "Mrs Planted"), ("state", "open"), ("state", "contacted")]
)
def test_after_an_erasure_nobody_writes_into_it_or_opens_it(name: str, value: str) -> None:
    erased = CASE | {"answer_id": None, "state": "resolved", "outcome": "not_needed"}
    with pytest.raises(Refused) as refused:
        change(erased, {name: value}, ["late"], NOW)
    assert list(refused.value.errors) == [name]
    assert (
        change(erased, {"owner": "ben", "cause": "late", "note": None}, ["late"], NOW).values["cause"]
        == "late"
    )


def test_overdue_is_past_its_time_and_not_resolved() -> None:
    assert is_overdue(CASE, NOW)
    assert not is_overdue(CASE | {"due_at": NOW}, NOW)
    assert not is_overdue(CASE | {"state": "resolved"}, NOW)


def test_what_people_wrote_is_not_for_everybody() -> None:
    line = {"number": 1, "at": NOW, "by": "Ana", "kind": "noted", "detail": {"note": "call her", "x": 1}}
    assert [history([line], personal=personal)[0]["detail"] for personal in (True, False)] == [
        {"note": "call her", "x": 1},
        {"x": 1},
    ]
