"""Signs a person in, as the sign-in page of the survey service does."""

from __future__ import annotations

import re

from flask import Response
from flask.testing import FlaskClient

from shared.access import Principal, sessions
from shared.db import Connection
from shared.web import session_cookie
from shared.web.auth import CSRF_FIELD
from shared.web.state import settings


def sign_in(client: FlaskClient, conn: Connection, email: str) -> None:
    """Let `client` carry a session of this address; what it may do is what the address may."""
    with conn.transaction():
        session = sessions.begin(conn, Principal(email, email, "viewer", email))
    with client.application.app_context():
        response = Response()
        session_cookie.put(settings(), response, session)
        name = session_cookie.name(settings())
    value = re.findall(rf"{name}=([^;]+)", response.headers["Set-Cookie"])[0]
    client.set_cookie(name, value)


def csrf(page: str) -> dict[str, str]:
    """The field with the token of the forms on a page."""
    return {CSRF_FIELD: re.findall(rf'name="{CSRF_FIELD}" value="([^"]+)"', page)[0]}
