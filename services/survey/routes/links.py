"""Links that know to whom they were sent, and the e-mail that carries them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from flask import request
from flask_smorest import Blueprint

from services.survey import links, respondents
from services.survey.eligibility import OPEN_FOLLOW_UP
from services.survey.emails import email
from services.survey.employees import EMPLOYEE
from services.survey.forms import form
from services.survey.links import Link
from services.survey.routes.documents import answers
from services.survey.schemas.links import EmailQuery, LinksWanted
from services.survey.store import contacts
from services.survey.submission import current
from shared.db import Connection
from shared.events import isoformat
from shared.web.app import database, settings
from shared.web.auth import require
from shared.web.problems import invalid

blueprint = Blueprint("links", __name__, description="Signed links and e-mails")

MAX_BODY = 4 * 1024 * 1024


@blueprint.url_value_preprocessor
def allow_batches(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Let a batch be larger than an answer. Runs before anything reads the body."""
    request.max_content_length = MAX_BODY


@blueprint.route("/v1/surveys/<survey>/links", methods=["POST"])
@blueprint.doc(responses=answers(400, 401, 403, 404, 413, 422))
@require("collector")
@blueprint.arguments(LinksWanted)
@blueprint.response(200)
def post_links(wanted: dict[str, Any], survey: str) -> dict[str, Any]:
    """A link for each person, in order: {items[{respondent, declined, url, token, unsubscribe_url, headers, …}]}.

    Nobody is asked who asked not to be (`declined: true`), or with whom somebody is in touch about an answer (the
    same, and `because: open_follow_up`). Nothing is stored.
    """
    expires_at = datetime.now(UTC) + timedelta(days=wanted["expires_in_days"])
    with database() as conn:
        definition = current(conn, survey)
        if definition.audience == EMPLOYEE:
            raise invalid(
                {"links": ["Employees answer without a link of their own: it would tell who answered what."]}
            )
        unwilling, busy = _not_to_be_asked(conn, [item["respondent"] for item in wanted["links"]])
    items = []
    for item in wanted["links"]:
        if (item["respondent"] or "").strip() in unwilling:
            items.append({"respondent": item["respondent"], "declined": True})
            continue
        if (item["respondent"] or "").strip() in busy:
            items.append({"respondent": item["respondent"], "declined": True, "because": OPEN_FOLLOW_UP})
            continue
        link = _link(survey, item, wanted["channel"], expires_at)
        found = {"respondent": item["respondent"], "declined": False} | _addresses(link)
        if wanted["email"]:
            shown = form(definition, [item["lang"] or ""])
            found["email"] = email(shown, found["token"], is_personal=link.respondent is not None)
        items.append(found)
    return {"survey": survey, "expires_at": isoformat(expires_at), "items": items}


@blueprint.route("/v1/surveys/<survey>/email", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 404, 422))
@require("viewer")
@blueprint.arguments(EmailQuery, location="query")
@blueprint.response(200)
def get_email(query: dict[str, Any], survey: str) -> dict[str, Any]:
    """The e-mail to paste: {lang, html, text, unsubscribe_url, headers}, with the merge field for the token in it."""
    with database() as conn:
        definition = current(conn, survey)
    return {"survey": survey} | email(form(definition, [query["lang"] or ""]), query["merge"])


def _not_to_be_asked(conn: Connection, names: list[str | None]) -> tuple[set[str], set[str]]:
    """(who asked not to be asked, who has an open follow-up)."""
    keys = settings().respondent_keys
    stripped = {name.strip() for name in names if name}
    digests = {digest: name for name in stripped for digest in respondents.every_digest(keys, name)}
    found = contacts.unwilling(conn, list(digests)), contacts.any_open(conn, list(digests))
    return {digests[digest] for digest in found[0]}, {digests[digest] for digest in found[1]}


def _link(survey: str, item: dict[str, Any], channel: str, expires_at: datetime) -> Link:
    name = item["respondent"]
    pseudonym = respondents.pseudonym(settings().respondent_keys, name.strip()) if name else None
    return Link(survey, uuid4(), pseudonym, item["attributes"], item["lang"], channel, expires_at)


def _addresses(link: Link) -> dict[str, Any]:
    token, base = links.token(settings().secret_key, link), settings().survey_url
    unsubscribe = links.unsubscribe_url(base, link.survey, token) if link.respondent else None
    return {
        "token": token,
        "url": links.page_url(base, link.survey, token),
        "unsubscribe_url": unsubscribe,
        "headers": links.list_unsubscribe(unsubscribe) if unsubscribe else {},
    }
