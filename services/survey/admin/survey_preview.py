"""The preview: the real widget and the real page of a survey in a frame. Nothing here can write anything.

The frames ask below an address of their own, whose token names the survey for 12 hours: the widget sends no cookies. An
answer given there is told that it was taken, and is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask import Response, jsonify, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from services.survey import pages, rendering
from services.survey.admin import survey_fields, survey_page, survey_starter
from services.survey.admin.pages import blueprint
from services.survey.forms import form
from services.survey.submission import current
from shared.web.app import database, json_body, settings
from shared.web.auth import page, public
from shared.web.pages import render
from shared.web.problems import not_found

VALID_SECONDS = 12 * 3600
WHAT = {"widget": "In a page", "corner": "In the corner", "sheet": "As a sheet", "page": "Its own page"}
SIZES = {"desktop": "Desktop", "phone": "Phone"}
LOOKS = {"light": "Light", "dark": "Dark"}
WAYS = {"": "As the language is written", "rtl": "Right to left"}


@dataclass(frozen=True)
class Look:
    """What the preview shows: `what` of WHAT, in `lang`, `way` of WAYS, `colours` of LOOKS."""

    survey: str
    what: str
    lang: str
    way: str
    colours: str


@blueprint.get("/admin/surveys/<survey>/preview")
@page("viewer")
def survey_preview(survey: str) -> Response:
    """The frame, and what to look at, all of it in the address."""
    shown = survey_page.load(survey)
    choices = _choices(survey_fields.languages(shown.document))
    chosen = {name: _chosen(name, options) for name, options in choices.items()}
    token = _signer().dumps([survey, *(chosen[name] for name in ("what", "lang", "way", "look"))])
    kind = "page" if chosen["what"] == "page" else "frame"
    return survey_page.render_tab(
        shown,
        "preview",
        chosen=chosen,
        choices={name: list(options.items()) for name, options in choices.items()},
        frame=f"/admin/surveys/{survey}/preview/{token}/{kind}",
        plain=f"/admin/surveys/{survey}/preview?{urlencode(chosen)}",
    )


@blueprint.get("/admin/surveys/<survey>/preview/<token>/frame")
@public
def preview_frame(survey: str, token: str) -> Response:
    """A page as a site would have it, with the widget."""
    look = _look(survey, token)
    base = f"/admin/surveys/{survey}/preview/{token}/"
    return render(
        "admin/preview_frame.html",
        framable=True,
        look=look.colours,
        shown=look,
        base=base,
        dir=look.way or "ltr",
    )


@blueprint.get("/admin/surveys/<survey>/preview/<token>/v1/surveys/<asked>/form")
@public
def preview_form(survey: str, token: str, asked: str) -> Response:
    """The form as a customer would get it, whatever the survey's status, without anywhere to count its steps."""
    look = _look(survey, token)
    if asked != survey:
        raise not_found("survey", asked)
    return jsonify(_form(look))


@blueprint.post("/admin/surveys/<survey>/preview/<token>/v1/surveys/<asked>/responses")
@public
def preview_answer(survey: str, token: str, asked: str) -> tuple[Response, int]:
    """Says that the answer was taken, and forgets it."""
    _look(survey, token)
    body = json_body()
    id_ = body.get("id") if isinstance(body, dict) else None
    return jsonify({"id": id_, "survey": asked, "edit_token": "preview"}), 201


@blueprint.post("/admin/surveys/<survey>/preview/<token>/v1/responses/<uuid:id>/amend")
@public
def preview_amend(survey: str, token: str, id: Any) -> Response:
    """Says that the answer was changed, and forgets it."""
    _look(survey, token)
    return jsonify({"id": str(id), "survey": survey})


@blueprint.route("/admin/surveys/<survey>/preview/<token>/page", methods=["GET", "POST"])
@public
def preview_page(survey: str, token: str) -> Response:
    """The hosted page, and the thanks that follow; its form leads back here and is forgotten."""
    look = _look(survey, token)
    shown = _form(look)
    visit = pages.Visit(shown, None, None, str(uuid4()), None)
    values = {"visit": visit, "action": request.path, "errors": {}, "limit": "", "look": look.colours}
    if request.method == "POST" and request.form.get("act") != "change" and request.form.get("score"):
        template = "answered.html"
        values |= {"kind": "thanks", "text": shown["thanks"], "said": "saved"}
    else:
        template = "survey.html"
        values["given"] = {"score": "", "comment": "", "reasons": []}
        if request.method == "POST" and request.form.get("act") != "change":
            values["errors"] = {"score": "?"}
    answer = rendering.page(template, 200, shown, **values)
    policy = answer.headers["Content-Security-Policy"]
    answer.headers["Content-Security-Policy"] = policy.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    return answer


def _choices(langs: list[str]) -> dict[str, dict[str, str]]:
    names = {lang: survey_starter.LANGUAGES.get(lang, lang) for lang in langs}
    return {"what": WHAT, "size": SIZES, "look": LOOKS, "lang": names, "way": WAYS}


def _chosen(name: str, options: dict[str, str]) -> str:
    given = request.args.get(name, "")
    return given if given in options else next(iter(options), "")


def _form(look: Look) -> dict[str, Any]:
    with database() as conn:
        found = form(current(conn, look.survey), [look.lang] if look.lang else [])
    found.pop("hidden_because", None)
    return found | {"show": True} | ({"dir": "rtl"} if look.way == "rtl" else {})


def _look(survey: str, token: str) -> Look:
    """What the token says; Problem 404 where it is none of this survey's, or too old."""
    try:
        look = Look(*_signer().loads(token, max_age=VALID_SECONDS))
    except BadSignature as error:
        raise not_found("preview", survey) from error
    if look.survey != survey:
        raise not_found("preview", survey)
    return look


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().secret_key, salt="preview")
