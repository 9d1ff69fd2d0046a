"""What the pages of keys and users say about each row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.survey.admin.addresses import address_errors
from services.survey.admin.people import expiry, key_errors, key_rows, leads_by_owner, user_errors, user_rows

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def key(id: str, days_ago: int, **changes: Any) -> dict[str, Any]:
    made = {"id": id, "created_at": NOW - timedelta(days=days_ago), "revoked_at": None, "expires_at": None}
    return made | changes


def test_usable_keys_come_first_the_newest_on_top() -> None:
    rows = key_rows(
        [
            key("revoked", 1, revoked_at=NOW),
            key("old", 9),
            key("ends", 5, expires_at=NOW + timedelta(days=1)),
            key("expired", 3, expires_at=NOW),
            key("new", 2),
        ],
        NOW,
    )
    assert [(row["id"], row["state"]) for row in rows] == [
        ("new", "in use"),
        ("ends", "ends"),
        ("old", "in use"),
        ("revoked", "revoked"),
        ("expired", "expired"),
    ]


def test_a_form_of_a_key_names_each_wrong_input() -> None:
    good = {"name": "Grafana", "role": "collector", "lasts": ""}
    assert key_errors(good) == {}
    assert set(key_errors({"name": "", "role": "king", "lasts": "7"})) == {"name", "role", "lasts"}
    assert set(key_errors({})) == {"name", "role", "lasts"}
    for name in ("a" * 201, "two\nlines"):
        assert set(key_errors(good | {"name": name})) == {"name"}
    assert set(user_errors(good)) == {"role"}, "a collector is no person"


def test_a_key_ends_when_it_was_asked_to() -> None:
    assert expiry({"lasts": ""}, NOW) is None
    assert expiry({"lasts": "30"}, NOW) == NOW + timedelta(days=30)


def test_disabled_users_come_last_and_one_row_is_oneself() -> None:
    rows: list[dict[str, Any]] = [
        {"email": "a@x.org", "name": "Ana", "disabled_at": NOW},
        {"email": "c@x.org", "name": "cleo", "disabled_at": None},
        {"email": "b@x.org", "name": "Ben", "disabled_at": None},
    ]
    found = user_rows(rows, "b@x.org")
    assert [(row["email"], row["is_self"]) for row in found] == [
        ("b@x.org", True),
        ("c@x.org", False),
        ("a@x.org", False),
    ]
    assert not any(row["is_self"] for row in user_rows(rows, None)), "by a key nobody is oneself"


def test_leads_without_an_account_say_why_and_the_fallback_is_named_once() -> None:
    owner = {"email": "ben@x.org", "name": "Ben", "owners": ["delivery", "order"]}
    (ben, fallback) = leads_by_owner([owner], [], "fallback@x.org")
    assert ben["why"] == "is told as the owners delivery, order"
    assert fallback["email"] == "fallback@x.org"
    assert len(leads_by_owner([owner], [], "ben@x.org")) == 1
    assert len(leads_by_owner([owner], [{"email": "fallback@x.org"}], "fallback@x.org")) == 1


@pytest.mark.parametrize(
    "typed", ["", "ana", "ana@", "@x.org", "a b@x.org", "ana@x.org, b@x.org", "a" * 250 + "@x.org"]
)
def test_what_is_no_address(typed: str) -> None:
    assert len(address_errors(typed)["email"]) == 1


def test_what_is_an_address() -> None:
    assert address_errors("Ana.Meier+x@example.co.uk") == {}
