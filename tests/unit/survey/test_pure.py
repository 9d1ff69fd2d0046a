"""Small pure modules of the survey service."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey import places, respondents
from services.survey.definition import KEPT_SEGMENT_VALUES, new_values, segment_values
from services.survey.edit_tokens import edit_token, is_edit_token
from services.survey.forms import choose_lang, form
from services.survey.journey_events import published
from services.survey.wording import is_reworded
from tests.unit.survey.definitions import DOCUMENT, definition

ID = UUID("3b241101-e2bb-4255-8caf-4136c566a962")
MAP = {"stages": [{"key": "a", "touchpoints": [{"key": "t"}, {"key": "u"}]}, {"key": "b"}]}


def test_places() -> None:
    assert places.places(MAP) == {"a": {"t", "u"}, "b": set()}
    surveys = [{"stage": stage, "touchpoint": touchpoint} for stage, touchpoint in ("at", "bt", "ct")]
    assert places.displaced(MAP, surveys) == surveys[1:]
    assert [list(places.place_errors(MAP, survey)) for survey in surveys] == [[], ["touchpoint"], ["stage"]]
    assert "It has: t, u." in places.place_errors(MAP, {"stage": "a", "touchpoint": "x"})["touchpoint"][0]


@pytest.mark.parametrize(
    ("before", "after", "reworded"),
    [
        ({"en": "a"}, {"en": "a"}, False),
        ({"en": "a"}, {"en": "b"}, True),
        ({"en": "a"}, {"en": "a", "de": "b"}, False),
        ({"en": "a", "de": "b"}, {"en": "a"}, False),
        ({"en": "a"}, {"de": "b"}, True),
    ],
)
def test_wording(before: dict[str, str], after: dict[str, str], reworded: bool) -> None:
    assert is_reworded(before, after) is reworded


def test_segments_are_the_declared_attributes_as_text() -> None:
    survey = definition(kept={"plan": frozenset(("pro",)), "size": frozenset()})
    assert segment_values(survey, {"plan": " pro ", "size": 3, "secret": "x"}) == {"plan": "pro", "size": "3"}
    assert segment_values(survey, {"plan": True, "size": " "}) == {"plan": "true"}
    assert new_values(survey, {"plan": "free", "size": "3"}) == {"plan": "free", "size": "3"}
    assert new_values(survey, {"plan": "pro", "size": "other"}) == {}
    full = definition(kept={"plan": frozenset(f"p{n}" for n in range(KEPT_SEGMENT_VALUES))})
    assert new_values(full, {"plan": "one more"}) == {}


@given(st.text(max_size=30).filter(lambda text: text.isprintable()))
def test_pseudonyms_survive_a_new_key(name: str) -> None:
    old, both = {"k1": b"1" * 32}, {"k2": b"2" * 32, "k1": b"1" * 32}
    stored, key_id = respondents.stored_as(old, name)
    assert key_id == "k1"
    assert stored
    assert len(stored) == 32
    assert respondents.is_same(both, stored, key_id, name)
    assert not respondents.is_same(both, stored, key_id, name + "x")
    assert not respondents.is_same(both, stored, key_id, None)
    assert not respondents.is_same({"k3": b"3" * 32}, stored, key_id, name)
    assert respondents.pseudonym(both, name)[1] == "k2"
    assert respondents.is_same(both, None, None, None)


def test_edit_tokens_belong_to_one_answer() -> None:
    token = edit_token("secret", ID)
    assert is_edit_token("secret", ID, token)
    assert not is_edit_token("other", ID, token)
    assert not is_edit_token("secret", UUID(int=1), token)
    assert not is_edit_token("secret", ID, "ü")


@pytest.mark.parametrize(
    ("wanted", "lang"),
    [
        ([], "en"),
        (["de"], "de"),
        (["de-AT"], "de"),
        (["PT"], "pt-BR"),
        (["xx", "pt-BR"], "pt-BR"),
        (["*"], "en"),
        ([""], "en"),
    ],
)
def test_languages(wanted: list[str], lang: str) -> None:
    assert choose_lang(["en", "de", "pt-BR"], wanted) == lang


def test_a_form_falls_back_text_by_text() -> None:
    document = DOCUMENT | {
        "question": {"en": "How?", "ar": "كيف؟"},
        "reasons": [{"key": "late"}, {"key": "x", "label": {"en": "X"}}],
    }
    shown = form(definition(document=document), ["ar"])
    assert (shown["question"], shown["dir"], shown["labels"]) == ("كيف؟", "rtl", None)
    assert [reason["label"] for reason in shown["reasons"]] == ["late", "X"]
    hidden = form(definition(document=document, status="draft"), [])
    assert (hidden["show"], hidden["hidden_because"]) == (False, "the survey is not live yet")


def test_an_event_fills_in_what_the_document_left_out() -> None:
    document = {"name": "Shop", "stages": [{"key": "a", "targets": [{"metric": "nps", "score": 1}]}]}
    survey = {
        "survey": "s",
        "stage": "a",
        "touchpoint": "t",
        "metric": "nps",
        "audience": "customer",
        "revision": 2,
    }
    rows = [{**survey, "status": "live", "document": {}}, {**survey, "status": "draft", "document": {}}]
    assert published("shop", 7, document, rows) == {
        "journey": "shop",
        "revision": 7,
        "name": "Shop",
        "owner": None,
        "personas": [],
        "segments": [],
        "stages": [
            {
                "key": "a",
                "name": "a",
                "owner": None,
                "targets": [{"metric": "nps", "audience": "customer", "score": 1}],
                "touchpoints": [],
            }
        ],
        "surveys": [{**survey, "reasons": []}],
    }
