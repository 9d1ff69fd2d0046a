"""What a customer sees without JavaScript: the hosted page `/s/{survey}`, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Response, request
from flask_smorest import Blueprint
from werkzeug.datastructures import MultiDict

from services.survey import contact_page, links, rate_limit, submission
from services.survey.amendment import amend
from services.survey.answer_fields import MAX_COMMENT
from services.survey.catalogues import ours
from services.survey.definition import Definition
from services.survey.edit_tokens import VALID_FOR, edit_token, is_edit_token
from services.survey.employees import EMPLOYEE
from services.survey.forms import form
from services.survey.links import Link
from services.survey.rendering import message, page, wanted_langs
from services.survey.schemas import pages
from services.survey.store import responses
from shared.web.app import database, settings
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
# A page that was opened in time may be sent a little late.
GRACE = timedelta(days=1)
_AMENDABLE = ("score", "comment", "reasons")
_SHOW = rate_limit.TOO_MANY | {"200": {"description": "HTML"}, "404": {"description": "No such survey"}}
_GET = _SHOW | {"410": {"description": "The link's time is over"}}
_POST = _SHOW | {"409": {"description": "Closed, or answered before"}, "422": {"description": "Asked again"}}


@dataclass(frozen=True)
class Visit:
    """One request to the page: the form it is about, the link it came by, and the answer it may give."""

    shown: dict[str, Any]
    link: Link | None
    token: str | None
    id: str
    stored: dict[str, Any] | None

    @property
    def edit(self) -> str:
        """The edit token of this visit's answer; the page carries it, so that only its giver sees an answer again."""
        return edit_token(settings().secret_key, UUID(self.id))

    @property
    def is_changeable(self) -> bool:
        return self.stored is not None and datetime.now(UTC) <= self.stored["received_at"] + VALID_FOR


@blueprint.route("/s/<survey>", methods=["GET"])
@blueprint.doc(
    responses=_GET, parameters=pages.query("t", "score", "lang"), summary="The survey as a plain page"
)
@public
def get_page(survey: str) -> Response:
    """The question as a plain form; whatever follows this address records nothing.

    `?score=` preselects, `?lang=` chooses the language, `?t=` is a signed link's token. A token that is damaged is
    left aside: the answer still counts, as nobody's.
    """
    visit = _visit(survey)
    if visit is None:
        return message("unknown", 404)
    if not visit.shown["show"]:
        return message(visit.shown["status"], 200, visit.shown)
    if visit.stored:
        return _answered(visit, 200)
    if visit.link and visit.link.is_over(datetime.now(UTC)):
        return _expired(visit.shown, visit.link)
    return _question(visit, 200, request.args)


@blueprint.route("/s/<survey>", methods=["POST"])
@blueprint.doc(
    responses=_POST, requestBody=pages.form(pages.PageForm), summary="Record the plain page's form"
)
@public
def post_page(survey: str) -> Response:
    """Record the form and say thanks. Sent twice, it is one answer, because its id was made with the page.

    `act=change` shows the answer again to its giver, `act=amend` changes it.
    """
    visit = _visit(survey)
    if visit is None:
        return message("unknown", 404)
    if visit.link and visit.link.is_over(datetime.now(UTC) - GRACE) and not visit.stored:
        return _expired(visit.shown, visit.link)
    if request.form.get("act") in ("change", "amend") and visit.stored:
        return _change(visit)
    try:
        receipt = submission.submit(survey, _answer(visit.link, request.form), _anybody, visit.link)
    except Problem as problem:
        return _refused(visit, problem)
    return _thanks(
        replace(visit, id=str(receipt.id)), visit.shown["thanks"], asks_contact=receipt.asks_contact
    )


def _visit(survey: str) -> Visit | None:
    token = request.values.get("t")
    link = links.read(settings().secret_keys, survey, token)
    with database() as conn:
        try:
            definition = submission.current(conn, survey)
        except Problem:
            return None
        if definition.audience == EMPLOYEE:
            link = None  # whoever made the link could look the answer up
        id_ = str(link.answer_id) if link else _own_id()
        stored = responses.peek(conn, survey, UUID(id_)) if link or request.method == "POST" else None
    shown = form(definition, wanted_langs(link.lang if link else None)) | {"status": definition.status}
    return Visit(shown, link, token if link else None, id_, stored)


def _own_id() -> str:
    """The id in the form where its edit token proves that our page made both; else a new one."""
    try:
        id_ = UUID(request.form["id"])
        if is_edit_token(settings().secret_keys, id_, request.form["edit"]):
            return str(id_)
    except (KeyError, ValueError):
        pass
    return str(uuid4())


def _change(visit: Visit) -> Response:
    assert visit.stored is not None
    if not visit.is_changeable:
        return message("final", 409, visit.shown)
    if request.form["act"] == "change":
        before = MultiDict(
            [("score", str(visit.stored["score"])), ("comment", visit.stored["comment"] or "")]
        )
        before.setlist("reasons", visit.stored["reasons"])
        return _question(visit, 200, before)
    fields = {name: value for name, value in _answer(visit.link, request.form).items() if name in _AMENDABLE}
    try:
        with database() as conn:
            found = amend(conn, UUID(visit.id), fields, settings().respondent_keys)
    except Problem as problem:
        return _refused(visit, problem)
    return _thanks(visit, None, "changed_text", asks_contact=found["asks_contact"])


def _refused(visit: Visit, problem: Problem) -> Response:
    if problem.status in (429, 503):
        raise problem
    if not visit.shown["show"]:
        return message(visit.shown["status"], 409, visit.shown)
    if problem.status == 409 and visit.stored:
        return _answered(visit, 409)
    if problem.status in (403, 409):
        return message("final", 409, visit.shown)
    return _question(visit, problem.status, request.form, problem.errors or {"": "?"})


def _answer(link: Link | None, values: MultiDict[str, str]) -> dict[str, Any]:
    score = values.get("score", "")
    return {
        "id": str(link.answer_id) if link else values.get("id"),
        "score": int(score) if score.isascii() and score.isdigit() and len(score) <= 2 else score or None,
        "comment": values.get("comment"),
        "reasons": values.getlist("reasons"),
        "lang": values.get("lang") or None,
        "channel": link.channel if link else CHANNEL,
    }


def _anybody(definition: Definition) -> None:
    """Our own page may answer every survey: its origins are about other people's pages."""


def _question(
    visit: Visit, status: int, values: MultiDict[str, str], errors: dict[str, Any] | None = None
) -> Response:
    given = {name: values.get(name, "") for name in ("score", "comment")} | {
        "reasons": values.getlist("reasons")
    }
    limit = format_decimal(MAX_COMMENT, locale=ours(visit.shown["lang"]))
    return page(
        "survey.html", status, visit.shown, visit=visit, given=given, errors=errors or {}, limit=limit
    )


def _answered(visit: Visit, status: int) -> Response:
    """You answered 4. Change it? Or, after a day, that it stays."""
    assert visit.stored is not None
    if not visit.is_changeable:
        return message("final", status, visit.shown)
    return page("answered.html", status, visit.shown, visit=visit, kind="answered")


def _thanks(visit: Visit, text: str | None, kind: str = "saved", *, asks_contact: bool) -> Response:
    """Thanks; and, where the score wants it, the question whether somebody may get in touch."""
    asked = contact_page.blank(UUID(visit.id)) if asks_contact else None
    return page(
        "answered.html", 200, visit.shown, visit=visit, kind="thanks", text=text, said=kind, asked=asked
    )


def _expired(shown: dict[str, Any], link: Link) -> Response:
    day = link.expires_at.astimezone(settings().report_tz).date()
    return message("expired", 410, shown, day=format_date(day, "long", locale=ours(shown["lang"])))
