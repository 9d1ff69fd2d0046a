"""The e-mail that asks: a row of scores, each a link that preselects, as HTML to paste and as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import render_template

from services.survey import links
from services.survey.rendering import words
from shared.web.app import settings

Render = Callable[..., str]

# A scale in rows that fit a phone.
ROWS = {
    "nps": ((0, 1, 2, 3, 4, 5), (6, 7, 8, 9, 10)),
    "csat": ((1, 2, 3, 4, 5),),
    "ces": ((1, 2, 3, 4), (5, 6, 7)),
}


def email(form: dict[str, Any], token: str | None, *, is_personal: bool = True) -> dict[str, Any]:
    """{lang, html, text, unsubscribe_url, headers} of the mail that asks `form`.

    token: a link's token, or the merge field that stands for it (then it is left as it is, unquoted); None for
    one link for all. is_personal: whether the token names somebody who may unsubscribe.
    """
    return worded(form, token, settings().survey_url, render_template, is_personal=is_personal)


def worded(
    form: dict[str, Any], token: str | None, survey_url: str, render: Render, *, is_personal: bool = True
) -> dict[str, Any]:
    """The same outside of a request; `render` makes text of a template's name and values."""
    url = links.page_url(survey_url, form["survey"])
    page = f"{url}?t={token}&lang={form['lang']}" if token else f"{url}?lang={form['lang']}"
    unsubscribe = f"{url}/unsubscribe?t={token}&lang={form['lang']}" if token and is_personal else None
    values = {
        "form": form,
        "page": page,
        "rows": ROWS[form["metric"]],
        "ends": form["labels"] or form["texts"],
        "unsubscribe": unsubscribe,
        "words": words(form["lang"]),
    }
    return {
        "lang": form["lang"],
        "html": render("email.html", **values),
        "text": render("email.txt", **values),
        "unsubscribe_url": unsubscribe,
        "headers": links.list_unsubscribe(unsubscribe) if unsubscribe else {},
    }
