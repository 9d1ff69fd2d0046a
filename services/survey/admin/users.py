"""`/users`: who may sign in, and as what: accounts, and people of owners, who are leads without one."""

from __future__ import annotations

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from services.survey.admin import people
from services.survey.admin.addresses import address_errors
from services.survey.admin.pages import blueprint
from shared.access import accounts
from shared.web.auth import page, principal
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to
from shared.web.problems import Problem, invalid, not_found
from shared.web.state import database, settings


@blueprint.get("/users")
@page("admin")
def list_users() -> Response:
    """All accounts, the people of owners, and the form of a new user."""
    return _page(Form.blank(email="", name="", role=""))


@blueprint.post("/users")
@page("admin")
def add_user() -> AnyResponse:
    """Make an account; nothing is mailed: its person types the address at /sign-in."""
    form = Form.sent()
    form.values.setdefault("role", "")  # browsers leave out what was not chosen
    if errors := address_errors(form.value("email")) | people.user_errors(form.values):
        return _page(form.failed(errors))
    with database() as conn:
        made = accounts.add(conn, form.value("email"), form.value("role"), form.value("name"))
    if not made:
        return _page(form.failed({"email": ["There is a user with this address already; see above."]}))
    return redirect_to("/users", f"{form.value('name')} may sign in as {form.value('role')}.")


@blueprint.post("/users/role")
@page("admin")
def change_role() -> AnyResponse:
    """Give a user another role, at once."""
    email, role = _other(), request.form.get("role", "")
    if role not in dict(people.ROLE_WORDS):
        raise invalid({"role": ["Choose one of the list."]})
    with database() as conn:
        if not accounts.set_role(conn, email, role):
            raise not_found("user", email)
    return redirect_to("/users", f"{email} is {role} now.")


@blueprint.post("/users/disable")
@page("admin")
def disable_user() -> AnyResponse:
    """Keep a user out, at once, wherever they are signed in."""
    email = _other()
    with database() as conn:
        if not accounts.disable(conn, email):
            raise not_found("user", email)
    return redirect_to("/users", f"{email} may no longer sign in.")


@blueprint.post("/users/enable")
@page("admin")
def enable_user() -> AnyResponse:
    """Let a user in again."""
    email = _other()
    with database() as conn:
        if not accounts.enable(conn, email):
            raise not_found("user", email)
    return redirect_to("/users", f"{email} may sign in again.")


def _other() -> str:
    """The user whom a form is about: not the one who sent it, who could not undo it."""
    email = accounts.normal(request.form.get("email", ""))
    if email == principal().email:
        raise Problem(409, "This is yourself", "Ask another admin: nobody can undo this for themselves.")
    return email


def _page(form: Form) -> Response:
    with database() as conn:
        rows, owners = accounts.list_accounts(conn), accounts.list_owners(conn)
    fallback = accounts.normal(settings().fallback_owner)
    return render_form(
        "admin/users.html",
        form,
        nav="setup",
        users=people.user_rows(rows, principal().email),
        leads=people.leads_by_owner(owners, rows, fallback),
        roles=people.ROLE_WORDS,
    )
