"""The page of a review: three comments to read aloud, and the form of its schedule."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.alerts.reviews.weeks import Week
from services.alerts.views import review_page
from tests.unit.aggregator.maps import SHOP

NOTHING: dict[str, Any] = {"changes": {"items": []}}


def said(text: str, score: int = 8, stage: str = "delivery", survey: str = "delivery-nps") -> dict[str, Any]:
    metric = survey.rpartition("-")[2]
    return {
        "answer_id": text, "comment": text, "score": score, "stage": stage, "touchpoint": "handover", "metric": metric,
        "survey": survey, "reasons": ["late"] if survey == "delivery-nps" else [],
        "answered_at": "2026-11-20T10:00:00Z",
    }  # fmt: skip


SAD = said("It came three days late and nobody said a word.", 1)
GLAD = said("The driver even carried it upstairs, thank you!", 10)
RETURNS = said("Had to print the label twice before it worked.", 2, "returns", "returns-ces")
LONG = said("x" * 401, 1)
SHORT = said("Fine.", 10)


def test_what_changed_is_read_first_then_sad_and_glad() -> None:
    changed = {"changes": {"items": [{"stage": "returns", "metric": "ces"}]}}
    found = review_page.aloud([GLAD, LONG, SAD, SHORT, RETURNS], changed, SHOP)
    assert [one.text for one in found] == [RETURNS["comment"], SAD["comment"], GLAD["comment"]]
    assert (found[1].where, found[1].reasons) == ("Courier hand-over", ("Late",))


def test_fewer_than_three_are_all_there_are() -> None:
    assert [one.text for one in review_page.aloud([SHORT, GLAD], NOTHING, SHOP)] == [GLAD["comment"]]
    assert review_page.aloud([], {"changes": None}, None) == []
    two = review_page.aloud([GLAD, said("Everything was as it always is with you.")], NOTHING, SHOP)
    assert len(two) == 2


def test_no_week_after_this_one_is_offered() -> None:
    week = Week.named("2026-W47")
    assert review_page.weeks(week, date(2026, 11, 22)) == {"before": "2026-W46", "after": None}
    assert review_page.weeks(week, date(2026, 11, 23))["after"] == "2026-W48"


def test_the_form_makes_what_put_takes() -> None:
    values = review_page.schedule_values({"weekday": "friday", "hour": 7})
    assert values == {"weekday": "friday", "hour": "7", "to": []}
    assert review_page.schedule_document(values) == {"weekday": "friday", "hour": 7, "to": []}
    for odd in ("noon", "9" * 5000, "٣"):
        assert review_page.schedule_document(values | {"hour": odd})["hour"] == odd
    assert review_page.schedule_values(None)["weekday"] == ""
