"""`/comments`: what customers wrote, filtered and searched, with what is shown in the address; and the same as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import psycopg
from flask import Response, request, stream_with_context
from marshmallow import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from services.survey import response_list
from services.survey.admin import comments_view, survey_new
from services.survey.admin.pages import blueprint
from services.survey.follow_ups import opening
from services.survey.own_stages import own_stages, place_names
from services.survey.schemas.responses import ResponseList
from services.survey.store import follow_ups, surveys
from shared.db import Connection
from shared.reserved import CHECK
from shared.web.app import database, settings
from shared.web.auth import page, principal
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to
from shared.web.problems import Problem, field_paths

SHOWN, EXPORTED_AT_ONCE, MOST_SURVEYS = 25, 500, 500
WHOSE = (("mine", "Mine"), ("all", "All"))
SLOW = "This took longer than 2 seconds. Choose a place, a survey or a period, and ask again."


@blueprint.get("/comments")
@page("lead")
def list_comments() -> Response:
    """Answers with a comment (`?without=1`: all), newest first; a lead's own stages unless a place is named."""
    form, whose = _form(), _whose()
    found: dict[str, Any] = {"items": [], "next": None}
    with database() as conn:
        maps = survey_new.known_journeys(conn)
        known = _surveys(conn, form)
    try:
        query = _query(form, SHOWN, request.args.get("cursor"))
        with database() as conn:
            found = response_list.find(conn, query, settings().report_tz, _among(conn, maps, whose))
    except Problem as problem:
        form.failed(problem)
    except psycopg.errors.QueryCanceled:
        form.failed({"q" if form.value("q") else "": [SLOW]})
    with database() as conn:
        cases = follow_ups.of_answers(conn, [UUID(row["answer_id"]) for row in found["items"]])
    here = _here(form, whose)
    reasons = comments_view.reason_options(known)
    names = place_names(maps)
    return render_form(
        "admin/comments.html",
        form,
        nav="comments",
        items=[comments_view.shown(row, names, dict(reasons), form.value("q")) for row in found["items"]],
        cases={str(answer_id): case for answer_id, case in cases.items()},
        more=_address(here, cursor=found["next"]) if found["next"] else None,
        first=_address(here) if request.args.get("cursor") else None,
        places=comments_view.place_options(maps),
        surveys=[row["survey"] for row in known],
        reasons=reasons,
        whose=whose,
        switch=[(_address(here, whose=one), name, one == whose) for one, name in WHOSE]
        if principal().owners
        else [],
        export=f"/comments/export.csv?{urlencode(here)}",
        is_filtered=any(form.value(name) for name in ("place", *comments_view.FILTERS[3:])),
    )


@blueprint.post("/comments/follow-up")
@page("lead")
def follow_up_comment() -> AnyResponse:
    """Open the case of one answer by hand; where it has one, go there."""
    try:
        answer_id = UUID(request.form.get("answer_id", ""))
    except ValueError as error:
        raise Problem(404, "Unknown answer") from error
    with database() as conn:
        case, is_new = opening.open_by_hand(conn, answer_id, principal().name, datetime.now(UTC))
    return redirect_to(f"/follow-ups/{case['id']}", "The follow-up is open." if is_new else None)


@blueprint.get("/comments/export.csv")
@page("lead")
def export_comments() -> Response:
    """Everything that the page would show, page after page, as CSV."""
    form, whose = _form(), _whose()
    with database() as conn:
        among = _among(conn, survey_new.known_journeys(conn), whose)
    first = _read(_query(form, EXPORTED_AT_ONCE, None), among)

    def pages() -> Iterator[list[dict[str, Any]]]:
        found = first
        while True:
            yield found["items"]
            if not found["next"]:
                return
            found = _read(_query(form, EXPORTED_AT_ONCE, found["next"]), among)

    name = f"comments-{datetime.now(settings().report_tz):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    text = stream_with_context(comments_view.as_csv(pages()))
    return Response(text, headers=headers, content_type="text/csv; charset=utf-8")


def _form() -> Form:
    given = {name: text.strip() for name, text in request.args.items()}
    place = comments_view.place_of(given)
    kept = {name: given.get(name, "") for name in comments_view.FILTERS[3:]}
    return Form.blank(place="/".join(place.values()), without=given.get("without", ""), **kept)


def _query(form: Form, limit: int, cursor: str | None) -> dict[str, Any]:
    """The form as a query of `/v1/responses`. Raises Problem 422."""
    given = comments_view.place_of(form.values)
    given |= {name: form.value(name) for name in comments_view.FILTERS[3:] if form.value(name)}
    given |= {"limit": str(limit), "with_comment": "false" if form.value("without") else "true"}
    try:
        loaded: dict[str, Any] = ResponseList().load(given | ({"cursor": cursor} if cursor else {}))
    except ValidationError as error:
        raise Problem(422, "Some filters are not valid", errors=field_paths(error.messages)) from error
    return loaded


def _read(query: dict[str, Any], among: set[str] | None) -> dict[str, Any]:
    with database() as conn:
        return response_list.find(conn, query, settings().report_tz, among)


def _whose() -> str | None:
    """mine or all; None for somebody who owns no stage. Whoever names a place wants that place."""
    if not principal().owners:
        return None
    named = any(request.args.get(name) for name in ("place", "journey", "stage", "touchpoint", "survey"))
    asked = request.args.get("whose")
    return asked if asked in ("mine", "all") else ("all" if named else "mine")


def _among(conn: Connection, maps: list[dict[str, Any]], whose: str | None) -> set[str] | None:
    """The surveys of the caller's own stages; None where all are wanted."""
    if whose != "mine":
        return None
    wanted = own_stages(maps, principal().owners)
    rows = surveys.page(conn, journey=None, archived=True, after="", limit=10_000)
    return {row["survey"] for row in rows if f"{row['journey']}/{row['stage']}" in wanted}


def _surveys(conn: Connection, form: Form) -> list[dict[str, Any]]:
    """Customers' surveys at the chosen place, for what there is to choose from."""
    place = comments_view.place_of(form.values)
    rows = surveys.page(conn, journey=place.get("journey"), archived=True, after="", limit=MOST_SURVEYS)
    return [
        row
        for row in rows
        if row["audience"] == "customer"
        and row["journey"] != CHECK
        and all(row[name] == key for name, key in place.items())
    ]


def _here(form: Form, whose: str | None) -> dict[str, str]:
    given = {name: str(text) for name, text in form.values.items() if text}
    return given | ({"whose": whose} if whose else {})


def _address(query: dict[str, str], **changes: str) -> str:
    return f"/comments?{urlencode(query | changes)}"
