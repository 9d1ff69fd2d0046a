"""“Don't ask me again” for people who came by a link: a page with a button, and the mail program's one click."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from services.survey import links, rate_limit, submission
from services.survey.forms import form
from services.survey.rendering import message, page, wanted_langs
from services.survey.schemas import pages
from services.survey.store import contacts
from shared.web.app import database, settings
from shared.web.auth import public
from shared.web.problems import Problem

blueprint = Blueprint("unsubscribe", __name__, description="Pages for customers")
rate_limit.limit(blueprint)

_HTML = rate_limit.TOO_MANY | {"200": {"description": "HTML"}, "404": {"description": "Not a link of ours"}}


@blueprint.route("/s/<survey>/unsubscribe", methods=["GET"])
@blueprint.doc(responses=_HTML, parameters=pages.query("t"), summary="The page with the button")
@public
def get_unsubscribe(survey: str) -> Response:
    """A page that asks once more: whatever follows links changes nothing."""
    found = _found(survey)
    if found is None:
        return message("unknown", 404)
    _, shown = found
    return _page(shown, "never", "unsubscribe_text", "never", "")


@blueprint.route("/s/<survey>/unsubscribe", methods=["POST"])
@blueprint.doc(
    responses=_HTML,
    parameters=pages.query("t"),
    requestBody=pages.form(pages.UnsubscribeForm),
    summary="Unsubscribe; also by List-Unsubscribe-Post",
)
@public
def post_unsubscribe(survey: str) -> Response:
    """The person the link was made for is asked by no survey any more; with `undo` they may be asked again.

    A link that is over still unsubscribes.
    """
    found = _found(survey)
    if found is None:
        return message("unknown", 404)
    link, shown = found
    assert link.respondent is not None
    undo = bool(request.form.get("undo"))
    with database() as conn:
        if undo:
            contacts.allow_again(conn, [link.respondent.digest])
        else:
            contacts.record(conn, link.respondent, survey, "never_at", datetime.now(UTC))
    if undo:
        return message("resubscribed", 200, shown)
    return _page(shown, "unsubscribed", "unsubscribed_text", "resubscribe", "1")


def _found(survey: str) -> tuple[links.Link, dict[str, Any]] | None:
    link = links.read(settings().secret_keys, survey, request.values.get("t"))
    if link is None or link.respondent is None:
        return None
    try:
        with database() as conn:
            definition = submission.current(conn, survey)
    except Problem:
        return None
    return link, form(definition, wanted_langs(link.lang))


def _page(shown: dict[str, Any], title: str, text: str, button: str, undo: str) -> Response:
    token = request.values["t"]
    return page("unsubscribe.html", 200, shown, title=title, text=text, button=button, undo=undo, token=token)
