"""`/sign-in`: by a link that is mailed, or with an API key. `/sign-out`.

Nobody learns here whether an address belongs to anybody: whatever is typed is stored alike and answered alike, and the
worker `survey-worker` looks it up and mails (services/survey/sign_in_mails.py). A link's GET only shows a button, since
mail scanners open links; its POST uses it up.
"""

from __future__ import annotations

import math
import time
from datetime import datetime

from flask import Response, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from services.survey.admin.addresses import address_errors
from services.survey.admin.pages import blueprint
from services.survey.rate_limit import Window, network
from services.survey.store import journeys
from shared.access import Principal, accounts, keys, links, sessions
from shared.db import Connection
from shared.reserved import CHECK
from shared.web import session_cookie
from shared.web.auth import page, principal_or_none, public_page
from shared.web.forms import Form, render_form
from shared.web.origins import own_address
from shared.web.pages import redirect_to, render, url_to
from shared.web.problems import Problem
from shared.web.state import database, settings

# What one address of the network may ask for: links, and keys that are none. A good key or link is never refused.
MOST, WITHIN_SECONDS = 30, 300
GONE = 410


@blueprint.get("/sign-in")
@public_page
def sign_in() -> Response:
    """The form; whoever is signed in already may go on, or out."""
    next_ = own_address(settings(), request.args.get("next", ""))
    if principal_or_none():
        return render("admin/signed_in.html", next=next_ or _home())
    return _form(Form.blank(email="", next=next_))


@blueprint.post("/sign-in")
@public_page
def post_sign_in() -> AnyResponse:
    """With `key`: sign in; with `email`: store that somebody wants to, whoever it is."""
    form = Form.sent()
    form.values["next"] = own_address(settings(), str(form.value("next")))
    if "key" in form.values:
        return _by_key(form)
    _count()
    email = str(form.value("email"))
    if errors := address_errors(email):
        return _form(form.failed(errors))
    with database() as conn:
        links.ask(conn, email, form.value("next"))
    until = f"{datetime.now(settings().report_tz) + links.VALID_FOR:%H:%M %Z}"
    return render("admin/link_sent.html", email=email, until=until, next=form.value("next"))


@blueprint.get("/sign-in/link")
@public_page
def link() -> Response:
    """Whom a mailed link signs in, and the button that does it; it stays good."""
    token = request.args.get("t", "")
    with database() as conn:
        email = links.whose(conn, settings(), token)
        who = accounts.person(conn, settings().fallback_owner, email) if email else None
    if who is None:
        return _spent()
    return render("admin/link.html", token=token, person=who)


@blueprint.post("/sign-in/link")
@public_page
def post_link() -> AnyResponse:
    """Use the link up and go where its person wanted to."""
    with database() as conn:
        used = links.use(conn, settings(), request.form.get("t", ""))
        who = accounts.person(conn, settings().fallback_owner, used[0]) if used else None
        if used is None or who is None:
            return _spent()
        accounts.note_sign_in(conn, used[0])
        return _signed_in(conn, who, used[1])


@blueprint.post("/sign-out")
@page("viewer")
def sign_out() -> AnyResponse:
    """End the session here and in the database: its cookie is worth nothing, whoever has it."""
    session = session_cookie.read(settings(), request)
    if session:
        with database() as conn:
            sessions.end(conn, session)
    response = redirect_to("/sign-in", "You are signed out.")
    session_cookie.remove(settings(), response)
    return response


def _by_key(form: Form) -> AnyResponse:
    key = str(form.values.pop("key"))  # never shown again
    with database() as conn:
        who = keys.key_principal(conn, key) if key.startswith(keys.PREFIX) else None
        if who and who.may("viewer"):
            return _signed_in(conn, who, form.value("next"))
    _count()
    form.values["key"] = ""
    said = "This key may only submit answers." if who else "This key is unknown, revoked or expired."
    return _form(form.failed({"key": [said]}))


def _signed_in(conn: Connection, who: Principal, next: str) -> AnyResponse:
    """A new session, in place of the one that this browser may have."""
    if before := session_cookie.read(settings(), request):
        sessions.end(conn, before)
    session = sessions.begin(conn, who)
    response = redirect_to(_landing(conn, who, own_address(settings(), next)))
    session_cookie.put(settings(), response, session)
    return response


def _form(form: Form) -> Response:
    return render_form("admin/sign_in.html", form)


def _spent() -> Response:
    """The same for a link that is used up, too old, forged, or whose person may no longer sign in."""
    return render("admin/link_spent.html", GONE, form=Form.blank(email="", next=""))


def _landing(conn: Connection, who: Principal, wanted: str) -> str:
    """Where a sign-in leads; an admin of a new installation to the setup checklist, where nothing else was wanted."""
    if wanted not in ("", _home()) or not who.may("admin") or journeys.any_in_use(conn, but=CHECK):
        return wanted or _home()
    return "/setup"


def _home() -> str:
    return url_to("aggregator", "/")


def _count() -> None:
    """429 where one address of the network asks too often."""
    window: Window = current_app.extensions.setdefault("sign_in_limit", Window(MOST, WITHIN_SECONDS))
    wait = window.wait(network(request.remote_addr or ""), time.monotonic())
    if wait:
        minutes = math.ceil(wait / 60)
        detail = f"Try again in {minutes} minute{'' if minutes == 1 else 's'}."
        raise Problem(429, "Too many attempts", detail, headers={"Retry-After": str(math.ceil(wait))})
