"""A survey's document comes back out of its form as it went in, and what a person changes there arrives."""

from __future__ import annotations

from typing import Any

import pytest

from services.survey.admin import survey_fields
from services.survey.schemas.surveys import Survey

WHOLE: dict[str, Any] = {
    "journey": "shop",
    "stage": "delivery",
    "touchpoint": "handover",
    "metric": "nps",
    "audience": "customer",
    "status": "live",
    "question": {"en": "How likely?", "pt-BR": "Qual?"},
    "same_meaning": True,
    "labels": {"en": {"low": "no", "high": "yes"}},
    "follow_up": {"en": "Why?"},
    "reasons": [{"key": "late", "label": {"en": "Late", "pt-BR": "Tarde"}}, {"key": "damaged"}],
    "thanks": {"pt-BR": "Obrigado"},
    "privacy_url": "https://shop.example/privacy",
    "origins": ["https://shop.example", "https://www.shop.example"],
    "fatigue": {"cooldown_days": 0, "sample_rate": 0.125},
    "follow_ups": {
        "score_at_most": 0,
        "assign_to": ["ana", "ben"],
        "due_hours": 48,
        "recovery_survey": "delivery-recovery",
        "ask_contact": {"en": "Yes", "pt-BR": "Sim"},
    },
}
SMALLEST = {
    name: WHOLE[name] for name in ("journey", "stage", "touchpoint", "metric", "audience", "status")
} | {"question": {"en": "How likely?"}}


@pytest.mark.parametrize("document", [WHOLE, SMALLEST])
def test_unchanged_it_is_the_same(document: dict[str, Any]) -> None:
    assert survey_fields.document(document, survey_fields.values(document)) == document


def test_what_is_typed_arrives_and_what_is_emptied_is_left_out() -> None:
    given = survey_fields.values(WHOLE) | {
        "question.en": "And now?",
        "labels.en.low": "",
        "labels.en.high": "",
        "follow_up.en": "",
        "thanks.pt-BR": "",
        "privacy_url": "",
        "origins": " https://a.example \n\n",
        "cooldown_days": "",
        "sample_percent": "12,5",
        "follow_ups.score_at_most": "six",
        "follow_ups.assign_to": "ana ben,,carla",
        "follow_ups.due_hours": "",
        "follow_ups.recovery_survey": "",
        "follow_ups.ask_contact.en": "",
        "place": "shop/order/basket",
        "metric": "csat",
    }
    found = survey_fields.document(WHOLE, given)
    assert found["question"] == {"en": "And now?", "pt-BR": "Qual?"}
    assert not {"labels", "follow_up", "thanks", "privacy_url"} & found.keys()
    assert found["origins"] == ["https://a.example"]
    assert found["fatigue"] == {"sample_rate": 0.125}
    assert found["follow_ups"] == {
        "score_at_most": "six",
        "assign_to": ["ana", "ben", "carla"],
        "ask_contact": {"pt-BR": "Sim"},
    }
    assert [found[name] for name in ("stage", "touchpoint", "metric", "status")] == [
        "order",
        "basket",
        "csat",
        "live",
    ]


@pytest.mark.parametrize(
    ("name", "text", "path"),
    [
        ("cooldown_days", "soon", "fatigue"),
        ("sample_percent", "200", "fatigue"),
        ("sample_percent", "half", "fatigue"),
        ("origins", "https://a.example/x", "origins"),
        ("labels.en.low", "", "labels"),
        ("reasons[0].key", "", "reasons"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_place(name: str, text: str, path: str) -> None:
    found = survey_fields.document(WHOLE, survey_fields.values(WHOLE) | {name: text})
    assert list(Survey().validate(found)) == [path]


def test_languages_and_reasons_come_and_go() -> None:
    given = survey_fields.with_language(survey_fields.values(WHOLE), "ar", {"question.ar": "؟"})
    assert survey_fields.document(WHOLE, given)["question"]["ar"] == "؟"
    given = survey_fields.without_language(given, "en")
    found = survey_fields.document(WHOLE, given)
    assert found["question"] == {"pt-BR": "Qual?", "ar": "؟"}
    assert "labels" not in found
    assert found["reasons"] == [{"key": "late", "label": {"pt-BR": "Tarde"}}, {"key": "damaged"}]
    given = survey_fields.without_reason(given, 0)
    assert survey_fields.document(WHOLE, given)["reasons"] == [{"key": "damaged"}]
    one = survey_fields.values(SMALLEST)
    assert survey_fields.without_language(one, "en") == one
