"""Our phrases: each translated into every language, and nothing said that is not among them."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from dev.languages import TRANSLATED, compiled, load, po
from services.survey.catalogues import LANGUAGES, ours, translator
from services.survey.forms import form
from services.survey.phrases import every_phrase, page_texts, widget_texts
from tests.unit.survey.definitions import DOCUMENT, definition

PHRASES = list(every_phrase())
# Words that are the same in both languages.
SAME = {("nl", "Privacy"), ("nl", "Sorry")}
SCRIPT = {"ar": re.compile(r"[\u0600-\u06ff]"), "ja": re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")}


def test_eight_languages() -> None:
    assert len(LANGUAGES) == 8
    assert {path.parts[-3] for path in po("de").parents[2].glob("*/LC_MESSAGES/survey.po")} == set(TRANSLATED)


@pytest.mark.parametrize("lang", TRANSLATED)
def test_every_phrase_is_translated(lang: str) -> None:
    catalogue = load(lang)
    assert [message.id for message in catalogue if message.id] == PHRASES, "run make languages"
    for message in catalogue:
        if not message.id:
            continue
        assert not message.fuzzy
        assert isinstance(message.string, str)
        assert isinstance(message.id, str)
        assert message.string.strip() == message.string != ""
        assert message.string != message.id or (lang, message.id) in SAME
        assert fields(message.string) == fields(message.id)
        assert lang not in SCRIPT or SCRIPT[lang].search(message.string)


@pytest.mark.parametrize("lang", TRANSLATED)
def test_what_is_compiled_is_what_people_edit(lang: str) -> None:
    assert po(lang).with_suffix(".mo").read_bytes() == compiled(load(lang)), "run make languages"
    translate = translator(lang)
    assert [translate(phrase) for phrase in PHRASES] == [load(lang)[phrase].string for phrase in PHRASES]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("metric", ["nps", "csat", "ces"])
def test_a_scale_says_different_things(lang: str, metric: str) -> None:
    texts = widget_texts(metric, translator(lang))
    assert texts["low"] != texts["high"]
    assert len(set(texts.get("words", range(7)))) == 7


def test_the_language_of_a_tag() -> None:
    assert [ours(tag) for tag in ("pt-BR", "de_AT", "AR", "it", "*")] == ["pt", "de", "ar", "en", "en"]


def test_a_form_speaks_its_language() -> None:
    survey = definition(document=DOCUMENT | {"question": {"en": "How?", "fr": "Comment ?", "it": "Come?"}})
    assert form(survey, ["fr-CA"])["texts"]["send"] == "Envoyer"
    assert form(survey, ["it"])["texts"]["send"] == "Send"
    assert form(survey, ["fr"])["texts"].keys() == form(survey, ["en"])["texts"].keys()


def test_every_language_has_every_word_of_the_page() -> None:
    assert {frozenset(page_texts(translator(lang))) for lang in LANGUAGES} == {frozenset(page_texts())}


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
