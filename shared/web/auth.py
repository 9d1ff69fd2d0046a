"""Who may open or call a view. Every view says so, with one of `@public`, `@require`, `@public_page` and `@page`.

A caller is known by an API key (`Authorization: Bearer …`) or by the cookie of a session. A cookie comes along without
its owner's doing, so that a form or call which changes something needs the session's CSRF token beside it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, current_app, g, redirect, request
from werkzeug.urls import iri_to_uri

from shared.access import Principal, authenticate, sessions
from shared.web import session_cookie
from shared.web.origins import SAFE_METHODS, comes_from_us, own_address
from shared.web.problems import Problem
from shared.web.state import database, settings

F = TypeVar("F", bound=Callable[..., Any])
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
# Bytes a form may have where that is not the default: a number, or what gives one.
Largest = int | Callable[[], int] | None


@dataclass(frozen=True)
class Caller:
    """Whoever calls; `csrf` is the session's token, "" for a key."""

    principal: Principal
    csrf: str


def public(view: F) -> F:
    """Mark a view that anybody may call."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def require(role: str) -> Callable[[F], F]:
    """Refuse callers who lack `role`: 401 without a valid key or session, 403 with another role or no CSRF token."""

    def mark(view: F) -> F:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            caller = _caller()
            if caller is None:
                raise _unauthenticated()
            _check_role(caller, role)
            _check_sender(caller)
            return view(*args, **kwargs)

        guarded.access = role  # type: ignore[attr-defined]
        guarded._apidoc = {  # type: ignore[attr-defined]
            **getattr(view, "_apidoc", {}),
            "manual_doc": {"security": [{"key": []}], "x-role": role},
        }
        return guarded  # type: ignore[return-value]

    return mark


def page(role: str, largest: Largest = None) -> Callable[[F], F]:
    """A page for those who have `role`; whoever is not signed in is asked to, and comes back.

    A form is only read, and the view only run, once it is sure to come from one of our pages. `largest` are the bytes
    that a form of this page may have.
    """

    def mark(view: F) -> F:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            caller = _caller()
            if caller is None:
                return _to_sign_in()
            _check_role(caller, role)
            if largest is not None:
                request.max_content_length = largest if isinstance(largest, int) else largest()
            _check_sender(caller)
            _check_texts()
            return view(*args, **kwargs)

        return _marked(guarded, role)  # type: ignore[return-value]

    return mark


def public_page(view: F) -> F:
    """A page that anybody may open; its forms must come from one of our pages."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if request.method not in SAFE_METHODS and not comes_from_us(settings(), request, has_token=False):
            raise expired()
        _check_texts()
        return view(*args, **kwargs)

    return _marked(guarded, "public")  # type: ignore[return-value]


def principal() -> Principal:
    """Who calls, within a guarded view."""
    found = principal_or_none()
    assert found is not None, "the view is not guarded"
    return found


def principal_or_none() -> Principal | None:
    """Who calls; None for nobody we know."""
    caller = _caller()
    return caller.principal if caller else None


def csrf_token() -> str:
    """The token for the forms of this page; "" without a session."""
    caller = _caller()
    return caller.csrf if caller else ""


def expired() -> Problem:
    """403 for a form that was not sent by one of our pages, or too late."""
    return Problem(
        403,
        "This form has expired",
        "Nothing was changed. Go back, load the page again and send it once more.",
    )


def _caller() -> Caller | None:
    """Asked for once a request; while the answer is on its way (the page about an error in it), it is nobody."""
    if "caller" not in g:
        g.caller = None
        g.caller = _by_key() if _bearer() else _by_session()
        g.principal = g.caller and g.caller.principal
    found: Caller | None = g.caller
    return found


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _by_key() -> Caller | None:
    with database() as conn:
        found = authenticate(conn, settings(), _bearer())
    return Caller(found, "") if found else None


def _by_session() -> Caller | None:
    session = session_cookie.read(settings(), request)
    if session is None:
        return None
    with database() as conn:
        found = sessions.find(conn, settings().fallback_owner, session)
    return Caller(found.principal, found.csrf) if found else None


def _check_role(caller: Caller, role: str) -> None:
    if not caller.principal.may(role):
        whose = "you have" if caller.csrf else "your key has"
        raise Problem(403, "Not allowed", f"This needs the role {role}; {whose} {caller.principal.role}.")


def _check_sender(caller: Caller) -> None:
    """Refuse what changes something by a cookie alone; a key is never sent without its owner's doing."""
    if request.method in SAFE_METHODS or not caller.csrf:
        return
    if not comes_from_us(settings(), request, has_token=True):
        raise expired()
    given = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
    if not hmac.compare_digest(given.encode(), caller.csrf.encode()):
        raise expired()


def _check_texts() -> None:
    """400 for a form with the character NUL, which PostgreSQL keeps in no text; the names of files count."""
    if request.method in SAFE_METHODS:
        return
    texts = [text for name, given in request.form.lists() for text in (name, *given)]
    texts += [file.filename or "" for file in request.files.values()]
    if any("\x00" in text for text in texts):
        raise Problem(400, "NUL in a text", "A field holds the character NUL, which cannot be stored.")


def _to_sign_in() -> Response:
    """To the sign-in page, and from there back to this page (after a form: to the page that it was on)."""
    own = getattr(settings(), f"{current_app.name}_url")
    wanted = iri_to_uri(own + request.full_path.removesuffix("?"))
    if request.method not in SAFE_METHODS:
        wanted = own_address(settings(), request.headers.get("Referer", "")) or f"{own}/"
    found = redirect(f"{settings().survey_url}/sign-in?{urlencode({'next': wanted})}", 303)
    found.headers["Cache-Control"] = "no-store"
    return found  # type: ignore[return-value]


def _unauthenticated() -> Problem:
    detail = "Send an API key: Authorization: Bearer <key>."
    if _bearer():
        detail = "This key is unknown, revoked or expired."
    return Problem(401, "No valid key", detail, headers={"WWW-Authenticate": "Bearer"})


def _marked(guarded: Callable[..., Any], role: str) -> Callable[..., Any]:
    guarded.access, guarded.is_page = role, True  # type: ignore[attr-defined]
    return guarded
