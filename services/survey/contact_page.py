"""`/s/{survey}/contact`: where a customer who gave a low score may say how to reach them. Plain HTML, as the survey is.

The address carries a token for this one answer, never the contact: that only ever travels in a body.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint

from services.survey import rate_limit, submission
from services.survey.amendment import amend
from services.survey.edit_tokens import VALID_FOR, contact_token, read_contact_token
from services.survey.follow_ups.contact import MAX_EMAIL, MAX_NAME
from services.survey.forms import form
from services.survey.rendering import message, page, wanted_langs, words
from services.survey.schemas import pages
from services.survey.store import responses
from shared.web.app import database, settings
from shared.web.auth import public
from shared.web.problems import Problem

blueprint = Blueprint("contact", __name__, description="Pages for customers")
rate_limit.limit(blueprint)

_PAGE = rate_limit.TOO_MANY | {
    "200": {"description": "HTML"},
    "404": {"description": "No such answer, or nobody is asked"},
}
_GET = _PAGE | {"409": {"description": "Too late"}}
_POST = _GET | {"422": {"description": "Asked again"}}
MAX_TOKEN = 200


class Asked(NamedTuple):
    """The form that asks for a contact: its token, what was typed, and which inputs are wrong."""

    token: str
    email: str = ""
    name: str = ""
    wrong: frozenset[str] = frozenset()
    most_email: int = MAX_EMAIL
    most_name: int = MAX_NAME


def contact_url(survey: str, id: UUID) -> str:
    """Where to lead the giver of an answer who is asked for a contact."""
    return f"{settings().survey_url}/s/{survey}/contact?c={quote(contact_token(settings().secret_key, id))}"


def blank(id: UUID) -> Asked:
    """The form for an answer's giver, with nothing in it."""
    return Asked(contact_token(settings().secret_key, id))


@blueprint.route("/s/<survey>/contact", methods=["GET"])
@blueprint.doc(
    responses=_GET, parameters=pages.query("c"), summary="Ask the giver of an answer for a contact"
)
@public
def get_contact(survey: str) -> Response:
    """A form for an address and the consent, in the words of the survey. What was left before is never shown."""
    found = _asked(survey)
    return found if isinstance(found, Response) else _form(found[1], 200, blank(found[0]))


@blueprint.route("/s/<survey>/contact", methods=["POST"])
@blueprint.doc(responses=_POST, requestBody=pages.form(pages.ContactForm), summary="Keep a contact")
@public
def post_contact(survey: str) -> Response:
    """Keep the contact with the answer; sent twice, it is kept once."""
    found = _asked(survey)
    if isinstance(found, Response):
        return found
    id, shown = found
    given = {"email": request.form.get("email", ""), "name": request.form.get("name") or None}
    contact = given | {"lang": shown["lang"], "consent": request.form.get("consent") == "yes"}
    try:
        with database() as conn:
            amend(conn, id, {"contact": contact}, settings().respondent_keys)
    except Problem as problem:
        if problem.status == 403:
            return message("final", 409, shown)
        if problem.status != 422:
            raise
        return _form(shown, 422, _again(id, problem))
    return message("thanks", 200, shown, words(shown["lang"])["contact_saved"])


def _asked(survey: str) -> tuple[UUID, dict[str, Any]] | Response:
    id = read_contact_token(settings().secret_keys, request.values.get("c", "")[:MAX_TOKEN])
    with database() as conn:
        try:
            definition = submission.current(conn, survey)
        except Problem:
            return message("unknown", 404)
        stored = responses.peek(conn, survey, id) if id else None
    if id is None or stored is None:
        return message("unknown", 404)
    shown = form(definition, wanted_langs(stored["lang"]))
    if not shown["ask_contact"]:
        return message("unknown", 404)
    if datetime.now(UTC) > stored["received_at"] + VALID_FOR:
        return message("final", 409, shown)
    return id, shown


def _form(shown: dict[str, Any], status: int, asked: Asked) -> Response:
    return page("contact.html", status, shown, asked=asked)


def _again(id: UUID, problem: Problem) -> Asked:
    wrong = frozenset(path.removeprefix("contact.") for path in problem.errors or {})
    email, name = request.form.get("email", ""), request.form.get("name", "")
    return blank(id)._replace(email=email[: MAX_EMAIL * 2], name=name[: MAX_NAME * 2], wrong=wrong)
