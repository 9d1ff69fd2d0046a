"""A new survey begins with something that could go live as it is."""

from __future__ import annotations

import pytest

from services.survey.admin import survey_ready, survey_starter
from services.survey.catalogues import LANGUAGES
from services.survey.schemas.surveys import Survey

PLACE = {"journey": "shop", "stage": "delivery", "touchpoint": "handover"}
JOURNEY = {
    "archived": False,
    "document": {"stages": [{"key": "delivery", "touchpoints": [{"key": "handover"}]}]},
}


@pytest.mark.parametrize("metric", ["nps", "csat", "ces"])
def test_every_beginning_may_go_live(metric: str) -> None:
    found = survey_starter.document(PLACE, metric, "customer", LANGUAGES, ["Came late", "Broken!"])
    assert set(found["question"]) == set(LANGUAGES)
    assert all(text for text in found["question"].values())
    assert [reason["key"] for reason in found["reasons"]] == ["came-late", "broken"]
    live = found | {"status": "live"}
    assert Survey().validate(live) == {}
    assert survey_ready.obstacles(live, JOURNEY, {}, any_site=True) == {}


def test_keys_say_what_they_are_and_are_free() -> None:
    assert survey_starter.key("handover", "nps", ()) == "handover-nps"
    assert survey_starter.key("handover", "nps", {"handover-nps", "handover-nps-2"}) == "handover-nps-3"
    assert len(survey_starter.key("x" * 63, "csat", {"x" * 55 + "-csat"})) <= 63


def test_everything_that_keeps_it_back_is_said_at_once() -> None:
    document = survey_starter.document(PLACE, "nps", "customer", ["en"], []) | {
        "thanks": {"de": "Danke"},
        "touchpoint": "gone",
    }
    found = survey_ready.obstacles(
        document, JOURNEY, {"fatigue.cooldown_days": ["Not valid integer."]}, any_site=False
    )
    assert set(found) == {"cooldown_days", "question.de", "place", "origins"}
    assert "question.de is missing" in found["question.de"][0]
    gone = survey_ready.obstacles(document, JOURNEY | {"archived": True}, {}, any_site=True)
    assert "is archived" in gone["place"][0]


def test_what_customers_of_a_language_would_miss_is_said() -> None:
    document = survey_starter.document(PLACE, "nps", "customer", ["en", "de"], ["late"])
    assert survey_ready.thoughts(document) == [
        "The reason ‘late’ is not in de: those customers read it in en."
    ]
