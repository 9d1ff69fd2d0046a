"""Which role a route asks for. Every route says so: `@require("lead")`, or `@public`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, g, request

from shared.access import Principal, authenticate
from shared.web.problems import Problem

F = TypeVar("F", bound=Callable[..., Any])


def public(view: F) -> F:
    """Mark a view that anybody may call."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def require(role: str) -> Callable[[F], F]:
    """Refuse callers whose key lacks `role`: 401 without a valid key, 403 with one of another role."""

    def mark(view: F) -> F:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            principal = _principal()
            if not principal.may(role):
                raise Problem(
                    403, "Not allowed", f"This needs the role {role}; your key has {principal.role}."
                )
            g.principal = principal
            return view(*args, **kwargs)

        guarded.access = role  # type: ignore[attr-defined]
        guarded._apidoc = {  # type: ignore[attr-defined]
            **getattr(view, "_apidoc", {}),
            "manual_doc": {"security": [{"key": []}], "x-role": role},
        }
        return guarded  # type: ignore[return-value]

    return mark


def principal() -> Principal:
    """Who calls, within a guarded view."""
    found: Principal = g.principal
    return found


def _principal() -> Principal:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _unauthenticated("Send an API key: Authorization: Bearer <key>.")
    state = current_app.extensions["journeyloop"]
    with state.pool.connection() as conn:
        found = authenticate(conn, state.settings, token.strip())
    if found is None:
        raise _unauthenticated("This key is unknown, revoked or expired.")
    return found


def _unauthenticated(detail: str) -> Problem:
    return Problem(401, "No valid key", detail, headers={"WWW-Authenticate": "Bearer"})


def principal_or_none() -> Principal | None:
    """Who calls, on any page; None where nobody is signed in."""
    found: Principal | None = g.get("principal")
    return found


def csrf_token() -> str:
    """What a form of this session carries; "" without a session."""
    return ""
