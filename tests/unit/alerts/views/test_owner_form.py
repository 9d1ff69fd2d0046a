"""An owner's form: inputs as a document and back, one more or one fewer channel, secrets."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from services.alerts.schemas.owners import Owner
from services.alerts.views import owner_form

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ANA: dict[str, Any] = {
    "name": "Ana",
    "email": "ana@example.com",
    "channels": [
        {"kind": "email", "url": "mailto:ana@example.com"},
        {"kind": "apprise", "url": "slack://T1/B1/first"},
        {"kind": "apprise", "url": "slack://T1/B1/second"},
        {"kind": "webhook", "url": "https://hooks.example/in?key=k", "secret": SECRET},
    ],
    "escalate_to": "ben",
    "escalate_after_hours": 4,
    "repeat_hours": 1.5,
}


def test_what_is_shown_and_sent_back_changes_nothing_and_tells_no_secret() -> None:
    shown = owner_form.values("ana", ANA)
    assert not any(secret in str(shown) for secret in ("first", "second", "key=k", SECRET))
    assert (shown["channels[0].url"], shown["channels[3].secret"]) == ("ana@example.com", "***")
    assert (shown["escalate_after_hours"], shown["repeat_hours"]) == ("4", "1.5")
    assert owner_form.document(shown, ANA) == ANA
    assert owner_form.complete(shown) == shown


def test_each_input_has_a_name_of_its_own() -> None:
    named = owner_form.labels(owner_form.values("ana", ANA))
    assert (named["email"], named["channels[3].secret"]) == ("E-mail address", "Webhook, secret")


def test_what_is_left_empty_is_left_out() -> None:
    sent = owner_form.blank(name="Ana", email="ana@example.com")
    assert owner_form.document(sent, None) == {"name": "Ana", "email": "ana@example.com"}
    assert owner_form.document(owner_form.blank(), None) == {"name": ""}


def test_a_masked_channel_keeps_its_own_value_where_one_before_it_is_removed() -> None:
    shown = owner_form.edited(owner_form.values("ana", ANA), "remove-1")
    assert shown is not None
    kept = [ANA["channels"][number] for number in (0, 2, 3)]
    assert owner_form.document(shown, ANA)["channels"] == kept


def test_a_new_address_keeps_the_masked_secret() -> None:
    sent = owner_form.values("ana", ANA) | {"channels[3].url": "https://hooks.example/new"}
    found = owner_form.document(sent, ANA)["channels"][3]
    assert found == {"kind": "webhook", "url": "https://hooks.example/new", "secret": SECRET}


@pytest.mark.parametrize("kind", ["email", "webhook", "apprise"])
def test_one_more_channel(kind: str) -> None:
    shown = owner_form.edited(owner_form.blank(name="Ana") | {"etag": "e"}, f"add-{kind}")
    assert shown is not None
    assert (shown["name"], shown["etag"], shown["channels[0].kind"]) == ("Ana", "e", kind)
    assert bool(shown["channels[0].secret"]) is (kind == "webhook")


@pytest.mark.parametrize(
    "do", ["", "save", "add-pigeon", "remove-9", "remove-x", "secret-4", "remove-" + "9" * 5_000]
)
def test_other_buttons_change_no_form(do: str) -> None:
    assert owner_form.edited(owner_form.values("ana", ANA), do) is None


def test_a_secret_made_up_is_one_the_schema_takes() -> None:
    shown = owner_form.edited(owner_form.values("ana", ANA), "secret-3")
    assert shown is not None
    secret = shown["channels[3].secret"]
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert Owner().validate(owner_form.document(shown, ANA)) == {}


def test_a_secret_is_changed_over_in_two_steps() -> None:
    begun = owner_form.replaced(ANA, 3, ending=False)
    assert begun is not None
    document, new = begun
    assert document["channels"][3]["secret"] == f"{new} {SECRET}"
    assert Owner().validate(document) == {}
    assert owner_form.replaced(document, 3, ending=False) is None
    ended = owner_form.replaced(document, 3, ending=True)
    assert ended is not None
    assert (ended[0]["channels"][3]["secret"], ended[1]) == (new, new)
    assert ANA["channels"][3]["secret"] == SECRET


@pytest.mark.parametrize(("place", "ending"), [(0, False), (3, True), (9, False), (-1, False)])
def test_there_is_not_always_a_secret_to_change(place: int, ending: bool) -> None:
    assert owner_form.replaced(ANA, place, ending=ending) is None


@pytest.mark.parametrize(
    ("typed", "number"),
    [("4", 4), ("1,5", 1.5), ("0.5", 0.5), ("four", "four"), ("1e999", float("inf")), ("nan", "nan")],
)
def test_numbers_as_people_type_them(typed: str, number: Any) -> None:
    assert owner_form.document({"name": "Ana", "repeat_hours": typed}, None)["repeat_hours"] == number
