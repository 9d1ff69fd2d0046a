"""Comments as they are shown and exported."""

from __future__ import annotations

import csv
import io
from typing import Any

from services.survey.admin import comments_view
from services.survey.own_stages import own_stages, place_names

ROW: dict[str, Any] = {
    "answered_at": "2026-11-20T10:00:00Z", "journey": "shop", "stage": "delivery", "touchpoint": "gone",
    "survey": "s", "survey_revision": 2, "metric": "nps", "score": 3, "comment": "Late, very LATE", "lang": "en",
    "reasons": ["late", "other"], "segments": {"plan": "=pro"}, "channel": None, "historic": False,
}  # fmt: skip
JOURNEYS = [
    {
        "journey": "shop",
        "document": {
            "name": "Shop",
            "owner": "ana",
            "stages": [
                {"key": "order", "touchpoints": [{"key": "basket", "name": "Basket"}]},
                {"key": "delivery", "name": "Delivery", "owner": "ben"},
            ],
        },
    }
]


def test_what_was_searched_for_is_marked_whatever_its_case() -> None:
    assert comments_view.parts("Late, very LATE", "late") == [
        ("Late", True),
        (", very ", False),
        ("LATE", True),
    ]
    assert comments_view.parts("a.b", ".") == [("a", False), (".", True), ("b", False)]
    assert comments_view.parts("<b>", None) == [("<b>", False)]
    assert comments_view.parts("", "x") == []


def test_an_answer_says_its_place_in_words() -> None:
    found = comments_view.shown(ROW, place_names(JOURNEYS), {"late": "It was late"}, None)
    assert found["place"] == ["Shop", "Delivery", "gone"]
    assert found["scale"] == "NPS 0–10"
    assert found["reason_names"] == ["It was late", "other"]
    assert found["facts"] == ["plan: =pro"]


def test_the_csv_holds_no_formula() -> None:
    rows = [
        ROW | {"comment": "=1+1"},
        ROW | {"comment": 'a\n"b"', "score": -3},
        ROW | {"comment": "\t@SUM(1)"},
    ]
    text = "".join(comments_view.as_csv([rows[:1], rows[1:]]))
    read = list(csv.DictReader(io.StringIO(text)))
    assert [row["comment"] for row in read] == ["'=1+1", 'a\n"b"', "'\t@SUM(1)"]
    assert read[0]["segments"] == "plan==pro"
    assert read[0]["reasons"] == "late; other"
    assert list(read[0]) == list(comments_view.COLUMNS)


def test_a_place_comes_whole_or_in_parts() -> None:
    assert comments_view.place_of({"place": "shop/delivery"}) == {"journey": "shop", "stage": "delivery"}
    assert comments_view.place_of({"journey": "shop", "touchpoint": "x"}) == {
        "journey": "shop",
        "touchpoint": "x",
    }
    assert comments_view.place_of({}) == {}
    assert [key for key, _ in comments_view.place_options(JOURNEYS)] == [
        "shop",
        "shop/order",
        "shop/order/basket",
        "shop/delivery",
    ]


def test_a_stage_is_its_owners_else_the_journeys() -> None:
    assert own_stages(JOURNEYS, {"ana"}) == ["shop/order"]
    assert own_stages(JOURNEYS, {"ben", "x"}) == ["shop/delivery"]
    assert own_stages(JOURNEYS, ()) == []
