"""What a customer sees without JavaScript: the hosted page `/s/{survey}`, and where it leads."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from werkzeug.datastructures import MultiDict

from services.survey import rate_limit, submission
from services.survey.definition import Definition
from services.survey.forms import form
from services.survey.page_words import words
from shared.web.app import database
from shared.web.auth import public
from shared.web.problems import Problem

blueprint = Blueprint(
    "pages",
    __name__,
    description="Pages for customers",
    static_folder="static",
    static_url_path="/static/survey",
)

rate_limit.limit(blueprint)

CHANNEL = "page"
# Nothing on the page runs, and nobody may hide it in a frame of theirs to catch clicks.
_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


@blueprint.route("/s/<survey>", methods=["GET"])
@blueprint.doc(responses={"200": {"description": "HTML"}}, summary="The survey as a plain page")
@public
def get_page(survey: str) -> ResponseReturnValue:
    """The question as a plain form. `?score=` preselects and never records; `?lang=` chooses the language."""
    shown = _form(survey)
    if shown is None:
        return _message("unknown", 404)
    if not shown["show"]:
        return _message("closed", 200, shown)
    return _question(shown, 200, request.args, str(uuid4()))


@blueprint.route("/s/<survey>", methods=["POST"])
@blueprint.doc(responses={"200": {"description": "HTML"}}, summary="Record the plain page's form")
@public
def post_page(survey: str) -> ResponseReturnValue:
    """Record the form and say thanks. Sent twice, it is one answer, because its id was made with the page."""
    try:
        submission.submit(survey, _answer(request.form), _anybody)
    except Problem as problem:
        return _refused(_form(survey), problem)
    return _message("thanks", 200, _form(survey))


def _refused(shown: dict[str, Any] | None, problem: Problem) -> ResponseReturnValue:
    errors = problem.errors or {}
    if shown is None:
        return _message("unknown", 404)
    if not shown["show"]:
        return _message("closed", 409, shown)
    if problem.status == 409:
        return _message("answered", 409, shown)
    id_ = str(uuid4()) if "id" in errors else request.form["id"]
    return _question(shown, problem.status, request.form, id_, errors)


def _form(survey: str) -> dict[str, Any] | None:
    try:
        with database() as conn:
            definition = submission.current(conn, survey)
    except Problem:
        return None
    wanted = request.values.get("lang")
    return form(definition, [wanted] if wanted else [tag for tag, _ in request.accept_languages])


def _answer(values: MultiDict[str, str]) -> dict[str, Any]:
    score = values.get("score", "")
    return {
        "id": values.get("id"),
        "score": int(score) if score.isascii() and score.isdigit() and len(score) <= 2 else score or None,
        "comment": values.get("comment"),
        "reasons": values.getlist("reasons"),
        "lang": values.get("lang") or None,
        "channel": CHANNEL,
    }


def _anybody(definition: Definition) -> None:
    """Our own page may answer every survey: its origins are about other people's pages."""


def _question(
    shown: dict[str, Any],
    status: int,
    values: MultiDict[str, str],
    id_: str,
    errors: dict[str, Any] | None = None,
) -> ResponseReturnValue:
    given = {name: values.get(name, "") for name in ("score", "comment")} | {
        "reasons": values.getlist("reasons")
    }
    return _page("survey.html", status, shown, given=given, id=id_, errors=errors or {})


def _message(kind: str, status: int, shown: dict[str, Any] | None = None) -> ResponseReturnValue:
    """A page that only says something: unknown, closed, answered or thanks."""
    found = words(shown["lang"] if shown else "en")
    text = (shown or {}).get("thanks") if kind == "thanks" else None
    return _page("message.html", status, shown, title=found[kind], text=text or found[f"{kind}_text"])


def _page(template: str, status: int, shown: dict[str, Any] | None, **values: Any) -> ResponseReturnValue:
    lang, direction = (shown["lang"], shown["dir"]) if shown else ("en", "ltr")
    html = render_template(template, lang=lang, dir=direction, form=shown, words=words(lang), **values)
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"}
    return Response(html, status, headers, content_type="text/html; charset=utf-8")
