"""`/follow-ups`: customers' cases, mine or all, those overdue first; one click takes one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, request
from marshmallow import ValidationError

from services.survey.admin import comments_view, follow_ups_view, survey_new
from services.survey.admin.known_owners import known_owners
from services.survey.admin.pages import blueprint
from services.survey.follow_ups import reading, recovery_scores
from services.survey.own_stages import place_names
from services.survey.schemas.follow_ups import CaseList
from services.survey.store import follow_ups, recoveries, resolved_follow_ups
from services.survey.store.follow_ups import Wanted
from shared.db import Connection
from shared.events import isoformat, parse_time
from shared.web.app import database
from shared.web.auth import page, principal
from shared.web.documents import decode_cursor, encode_cursor
from shared.web.forms import Form
from shared.web.pages import render
from shared.web.problems import field_paths, invalid

SHOWN = 50
TABS = (("unresolved", "To do"), ("resolved", "Resolved"))


@blueprint.get("/follow-ups")
@page("lead")
def list_follow_ups() -> Response:
    """What is to do, most urgent first; a lead's own cases unless they ask for all. `?state=resolved`: what is done."""
    whose = _whose()
    state = "resolved" if request.args.get("state") == "resolved" else "unresolved"
    form = Form.blank(place=request.args.get("place", ""), overdue=request.args.get("overdue", ""))
    here = {"state": state} | ({"whose": whose} if whose else {})
    here |= {name: text for name, text in form.values.items() if text}
    wanted = _wanted(form, state, whose)
    with database() as conn:
        maps = survey_new.known_journeys(conn)
        rows = _rows(conn, wanted, state)
        counted = recoveries.counted(conn, wanted.journey, wanted.stage)
        waiting = _waiting(conn, wanted)
    more = {"cursor": _cursor(rows[SHOWN - 1], state)} if len(rows) > SHOWN else None
    return render(
        "admin/follow_ups.html",
        nav="follow-ups",
        form=form,
        rows=_lines(rows[:SHOWN], place_names(maps), wanted.now),
        state=state,
        tabs=[(_address(here | {"state": key}), text, key == state) for key, text in TABS],
        switch=_switch(here, whose, waiting) if whose else [],
        whose=whose,
        places=[one for one in comments_view.place_options(maps) if one[0].count("/") < 2],
        filtered=bool(form.value("place") or form.value("overdue")),
        elsewhere=waiting["all"],
        recovery=_recovery(counted, place_names(maps)),
        more=_address(here | more) if more else None,
        first=_address(here) if request.args.get("cursor") else None,
    )


def _wanted(form: Form, state: str, whose: str | None) -> Wanted:
    """What the address asks for, checked as GET /v1/follow-ups does."""
    place = comments_view.place_of(form.values)
    query = _query({"state": state, **{name: place[name] for name in ("journey", "stage") if name in place}})
    if form.value("overdue") and state == "unresolved":
        query["overdue"] = True
    found = reading.wanted(query, datetime.now(UTC))
    return found._replace(owners=list(principal().owners)) if whose == "mine" else found


def _waiting(conn: Connection, wanted: Wanted) -> dict[str, int]:
    """How many of these cases are not resolved: mine, and all."""
    asked = wanted._replace(states=reading.UNRESOLVED, overdue=None)
    return {
        "mine": follow_ups.count(conn, asked._replace(owners=list(principal().owners))),
        "all": follow_ups.count(conn, asked._replace(owners=None)),
    }


def _lines(
    rows: list[dict[str, Any]], names: dict[tuple[str, ...], str], now: datetime
) -> list[dict[str, Any]]:
    owners = (known_owners().names or {}) if rows else {}
    return [follow_ups_view.line(row, names, owners, principal().owners, now) for row in rows]


def _recovery(
    counted: list[recovery_scores.Counted], names: dict[tuple[str, ...], str]
) -> list[dict[str, Any]]:
    return [
        one | {"name": names.get((one["journey"], one["stage"]), one["stage"])}
        for one in recovery_scores.items(counted)
    ]


def _switch(here: dict[str, str], whose: str, waiting: dict[str, int]) -> list[tuple[str, str, bool]]:
    return [
        (_address(here | {"whose": one}), f"{one.title()} ({count})", one == whose)
        for one, count in waiting.items()
    ]


def _query(given: dict[str, str]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = CaseList().load(given)
    except ValidationError as error:
        raise invalid(field_paths(error.normalized_messages())) from error
    return found


def _rows(conn: Connection, wanted: Wanted, state: str) -> list[dict[str, Any]]:
    after = _after(request.args.get("cursor"))
    if state == "resolved":
        return resolved_follow_ups.latest(conn, wanted, after, SHOWN + 1)
    return follow_ups.listing(conn, wanted, after, SHOWN + 1)


def _after(text: str | None) -> tuple[datetime, UUID] | None:
    values = decode_cursor(text, 2)
    try:
        return (parse_time(str(values[0])), UUID(str(values[1]))) if values else None
    except (ValueError, OverflowError) as error:
        raise invalid({"cursor": ["This is not a cursor of this list."]}) from error


def _cursor(row: dict[str, Any], state: str) -> str:
    at = row["resolved_at" if state == "resolved" else "due_at"]
    return encode_cursor(isoformat(at), str(row["id"]))


def _whose() -> str | None:
    """mine or all; None for somebody who is nobody's owner."""
    if not principal().owners:
        return None
    return "all" if request.args.get("whose") == "all" else "mine"


def _address(query: dict[str, str]) -> str:
    return f"/follow-ups?{urlencode(query)}"
