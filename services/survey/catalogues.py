"""The translations of our phrases: gettext catalogues in `locale/`, compiled by `make languages`. Pure."""

from __future__ import annotations

from functools import cache
from gettext import translation
from pathlib import Path

from services.survey.phrases import Translate, english

FOLDER = Path(__file__).parent / "locale"
DOMAIN = "survey"
LANGUAGES = ("en", "de", "fr", "es", "pt", "nl", "ar", "ja")


def ours(lang: str) -> str:
    """Which of our languages speaks for a language tag (pt for pt-BR); English where none does."""
    main = lang.replace("_", "-").split("-")[0].lower()
    return main if main in LANGUAGES else "en"


def translator(lang: str) -> Translate:
    """What turns our English phrases into the language of a tag; the phrase itself where we don't have it."""
    return _translator(ours(lang))


@cache
def _translator(lang: str) -> Translate:
    if lang == "en":
        return english
    return translation(DOMAIN, str(FOLDER), [lang]).gettext
