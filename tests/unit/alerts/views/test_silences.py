"""A silence's form in the zone of reports, its key, and the list sorted into now, coming and past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.alerts.schemas.silences import Silence
from services.alerts.views import silence_form, silence_rows
from tests.unit.aggregator.maps import SHOP

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 11, 30, 17, tzinfo=UTC)
SALE: dict[str, Any] = {
    "journey": "shop",
    "stage": "delivery",
    "metric": "nps",
    "from": "2026-12-24T17:00:00.5Z",
    "to": "2026-12-27",
    "why": "Sale",
}


def test_what_is_shown_and_sent_back_changes_nothing() -> None:
    shown = silence_form.values("sale", SALE, BERLIN)
    assert (shown["where"], shown["from_day"], shown["from_time"]) == ("shop/delivery", "2026-12-24", "18:00")
    assert (shown["to_day"], shown["to_time"]) == ("2026-12-27", "")
    assert silence_form.document(shown, SALE, BERLIN) == SALE


@pytest.mark.parametrize(
    ("day", "time", "stored"),
    [
        ("2026-12-24", "18:00", "2026-12-24T18:00:00+01:00"),
        ("2026-07-01", "18:00", "2026-07-01T18:00:00+02:00"),
        ("2026-12-24", "", "2026-12-24"),
        ("", "18:00", "18:00"),
        ("24.12.", "18:00", "24.12. 18:00"),
    ],
)
def test_times_are_those_of_the_zone(day: str, time: str, stored: str) -> None:
    typed = {"from_day": day, "from_time": time, "to_day": "2027-01-01", "why": "Sale"}
    found = silence_form.document(silence_form.complete(typed), None, BERLIN)
    assert found == {"from": stored, "to": "2027-01-01", "why": "Sale"}


def test_what_is_wrong_with_a_time_is_said_in_the_forms_words() -> None:
    api = {"from": ["Write a day, or a time with its offset."], "to": ["Must be after from."], "why": ["x"]}
    day = {"from_day": "2026-12-24", "from_time": "", "to_day": "2026-12-24", "to_time": ""}
    assert silence_form.said(api, day) == api
    assert silence_form.said(api, day | {"from_day": ""})["from"] == ["Choose a day."]
    assert silence_form.said(api, day | {"to_time": "noon"})["to"] == ["Write the time like 18:00."]


def test_a_new_one_is_for_the_place_asked_for_and_a_day_from_now() -> None:
    shown = silence_form.blank(NOW, BERLIN, "shop", "delivery", "", "customer") | {"why": "Sale"}
    found = silence_form.document(shown, None, BERLIN)
    assert found == {
        "journey": "shop",
        "stage": "delivery",
        "audience": "customer",
        "from": "2026-11-22T12:30:00+01:00",
        "to": "2026-11-23T12:30:00+01:00",
        "why": "Sale",
    }
    assert Silence().validate(found) == {}


def test_a_key_nobody_has() -> None:
    assert silence_form.key(SALE, []) == "delivery-2026-12-24"
    taken = ["delivery-2026-12-24", "delivery-2026-12-24-2"]
    assert silence_form.key(SALE, taken) == "delivery-2026-12-24-3"
    assert silence_form.key({"from": "2026-12-24"}, []) == "everything-2026-12-24"
    assert len(silence_form.key(SALE | {"stage": "s" * 63}, [])) <= 63


def test_places_to_choose_from_and_one_that_left_the_map() -> None:
    found = silence_form.options([SHOP], "shop/pick-up")
    assert found == [
        ("", "Everything"),
        ("shop", "Shop: all stages"),
        ("shop/delivery", "Shop · Delivery"),
        ("shop/returns", "Shop · Returns"),
        ("shop/pick-up", "shop/pick-up (not on a map)"),
    ]


def test_now_coming_and_past_each_with_the_nearest_on_top() -> None:
    def row(name: str, begins: int, ends: int) -> dict[str, Any]:
        hours = (NOW + timedelta(hours=begins), NOW + timedelta(hours=ends))
        whole = {"silence": name, "document": SALE, "starts_at": hours[0], "ends_at": hours[1]}
        return whole | {"updated_by": None, "kept": 0}

    spans = {"a": (-9, -8), "b": (-3, -2), "c": (-1, 9), "d": (-5, 1), "e": (5, 6), "f": (2, 20)}
    lines = [silence_rows.line(row(name, *span), {"shop": SHOP}, NOW) for name, span in spans.items()]
    found = silence_rows.sorted_out(lines)
    assert {state: "".join(one.silence for one in group) for state, group in found.items()} == {
        "in_force": "dc",
        "planned": "fe",
        "over": "ba",
    }
    assert lines[0].what == "Shop · Delivery · NPS"
