"""The cookie of a session: its id, signed with SECRET_KEY. It ignores ports: the three dev ports share one sign-in."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from shared.access.sessions import VALID_FOR
from shared.settings import Settings

_SALT = "session"
_SECONDS = int(VALID_FOR.total_seconds())


def read(settings: Settings, request: Request) -> str | None:
    """The id of the session that the request carries; None without one, or where it is forged or too old."""
    value = request.cookies.get(name(settings), "")
    try:
        found = _signer(settings).loads(value, max_age=_SECONDS)
    except BadSignature:
        return None
    return found if isinstance(found, str) else None


def put(settings: Settings, response: Response, session: str) -> None:
    """Let the browser keep the session for 12 hours, out of reach of scripts and of other sites' forms."""
    response.set_cookie(
        name(settings), _signer(settings).dumps(session), max_age=_SECONDS, **_flags(settings)
    )


def remove(settings: Settings, response: Response) -> None:
    """Let the browser forget the session."""
    response.delete_cookie(name(settings), **_flags(settings))


def name(settings: Settings) -> str:
    """The cookie's name: another for each SECRET_KEY, so that two installations on one host leave each other alone.

    Under https browsers take a name with `__Host-` only with Secure and from this very host.
    """
    mark = hashlib.sha256(f"cookie-name {settings.secret_key}".encode()).hexdigest()[:8]
    return f"{'__Host-' if is_secure(settings) else ''}journeyloop_{mark}"


def _flags(settings: Settings) -> dict[str, Any]:
    return {"httponly": True, "samesite": "Lax", "secure": is_secure(settings), "path": "/"}


def is_secure(settings: Settings) -> bool:
    """Whether cookies travel by https only."""
    return settings.survey_url.startswith("https://")


def _signer(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret_key, salt=_SALT)
