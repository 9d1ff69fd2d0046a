"""How a customer's page is made of a template: language, direction, words, and headers that keep it private."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request

from services.survey.catalogues import LANGUAGES, ours, translator
from services.survey.forms import RIGHT_TO_LEFT, choose_lang
from services.survey.phrases import page_texts

# Nothing on the page runs, and nobody may hide it in a frame of theirs to catch clicks.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def wanted_langs(preferred: str | None = None) -> list[str]:
    """Language tags in the order a person wants them: `?lang=`, else `preferred`, else what the browser says."""
    named = request.values.get("lang") or preferred
    return [named] if named else [tag for tag, _ in request.accept_languages]


def words(lang: str) -> dict[str, str]:
    """Our phrases for pages, in the language of a tag."""
    return page_texts(translator(lang))


def page(template: str, status: int, shown: dict[str, Any] | None, **values: Any) -> Response:
    """A page in the form's language; without a form in the one of ours that the person wants most."""
    if shown:
        lang, direction = shown["lang"], shown["dir"]
    else:
        lang = choose_lang(LANGUAGES, wanted_langs())
        direction = "rtl" if lang in RIGHT_TO_LEFT else "ltr"
    html = render_template(template, lang=lang, dir=direction, form=shown, words=words(lang), **values)
    return Response(html, status, _HEADERS, content_type="text/html; charset=utf-8")


def message(
    kind: str, status: int, shown: dict[str, Any] | None = None, text: str | None = None, **fill: Any
) -> Response:
    """A page that only says something; `fill` goes into the phrase's braces."""
    lang = shown["lang"] if shown else ours(choose_lang(LANGUAGES, wanted_langs()))
    found = words(lang)
    title, said = found[kind], text or found.get(f"{kind}_text", "")
    return page(
        "message.html", status, shown, title=title.format(**fill), text=said if text else said.format(**fill)
    )
