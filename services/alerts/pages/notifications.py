"""`/notifications`: every message that was told or tried, with its attempts; sending one again is a POST."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, request
from marshmallow import EXCLUDE, ValidationError
from werkzeug.wrappers import Response as AnyResponse

from services.alerts import redelivering
from services.alerts.routes.notifications import before
from services.alerts.schemas.notifications import KINDS, STATES, NotificationQuery
from services.alerts.store import deliveries, maps, owners
from services.alerts.views import delivery, places
from services.alerts.views.who_is_told import FALLBACK_NAME
from shared.web.app import database
from shared.web.auth import page, principal
from shared.web.documents import encode_cursor
from shared.web.forms import Form
from shared.web.pages import redirect_to, render
from shared.web.problems import field_paths, invalid
from shared.wording import clean

blueprint = Blueprint("notifications_page", __name__)

FILTERS = ("state", "owner", "kind", "journey", "incident")
# What the select of owners sends for FALLBACK_OWNER; no slug has a dot.
FALLBACK = "."


@blueprint.get("/notifications")
@page("lead")
def notification_list() -> Response:
    """The delivery log, newest first; a lead sees their own owners' messages unless they ask for all."""
    given = {name: request.args.get(name, "").strip() for name in FILTERS}
    query, whose = _query(given), _whose()
    cursor, limit = before(query.pop("cursor")), query.pop("limit")
    mine = list(principal().owners) if whose == "mine" else None
    with database() as conn:
        rows = deliveries.page(conn, query | {"owners": mine}, cursor, limit + 1)
        known, names, mapped = owners.documents(conn), owners.names(conn), maps.documents(conn)
    here = {name: text for name, text in given.items() if text} | ({"whose": whose} if whose else {})
    more = {"cursor": encode_cursor(rows[limit - 1]["number"])} if len(rows) > limit else None
    return render(
        "notifications.html",
        nav="setup",
        form=Form(given),
        lines=[delivery.line(row, known, names, mapped) for row in rows[:limit]],
        choices=_choices({key: one["name"] for key, one in known.items()}, places.in_use(mapped)),
        filtered=any(given.values()),
        switch=[(_address(here | {"whose": of}), of.title(), of == whose) for of in ("mine", "all")]
        if whose
        else [],
        whose=whose,
        here=_address(here | ({"cursor": request.args["cursor"]} if request.args.get("cursor") else {})),
        next=_address(here | more) if more else None,
        first=_address(here) if cursor else None,
    )


@blueprint.post("/notifications/<notification>/redeliver")
@page("lead")
def redeliver(notification: str) -> AnyResponse:
    """Send it again now, with the same id; then back to the log as it was filtered."""
    with database() as conn:
        row = redelivering.again(conn, notification)
        known, names = owners.documents(conn), owners.names(conn)
        line = delivery.line(row, known, names, {})
    return redirect_to(_back(), f"Being sent again to {line.owner_name}: {line.channel}.")


def _query(given: dict[str, str]) -> dict[str, Any]:
    """What is asked for, checked as GET /v1/notifications does."""
    asked = {name: text for name, text in given.items() if text}
    if asked.get("owner") == FALLBACK:
        asked = {name: text for name, text in asked.items() if name != "owner"} | {"fallback": "true"}
    if cursor := request.args.get("cursor"):
        asked["cursor"] = cursor
    try:
        found: dict[str, Any] = NotificationQuery().load(asked, unknown=EXCLUDE)
    except ValidationError as error:
        raise invalid(field_paths(error.normalized_messages())) from error
    return found | {"incident": found["incident"] and found["incident"].upper()}


def _whose() -> str | None:
    """mine or all; None for somebody who is nobody's owner, or who asks for one owner."""
    if not principal().owners or request.args.get("owner"):
        return None
    return "all" if request.args.get("whose") == "all" else "mine"


def _choices(names: dict[str, str], known: list[Any]) -> dict[str, list[tuple[str, str]]]:
    sorted_names = sorted(((key, clean(name)) for key, name in names.items()), key=lambda one: one[1].lower())
    return {
        "state": [("", "All"), *((state, delivery.STATES[state][1]) for state in STATES)],
        "owner": [("", "Everybody"), *sorted_names, (FALLBACK, FALLBACK_NAME)],
        "kind": [("", "All"), *((kind, delivery.KINDS[kind]) for kind in KINDS)],
        "journey": [
            ("", "All"),
            *((one["journey"], clean(one.get("name") or one["journey"])) for one in known),
        ],
    }


def _address(query: dict[str, Any]) -> str:
    return f"/notifications?{urlencode(query)}" if query else "/notifications"


def _back() -> str:
    """Where the form came from, if that is the log; nowhere else."""
    back = request.form.get("back", "")
    parts = urlsplit(back) if back.startswith("/notifications") and back.isprintable() else None
    if parts is None or parts.scheme or parts.netloc or parts.path != "/notifications":
        return "/notifications"
    return back
