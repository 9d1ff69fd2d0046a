"""Sign in to an installation as its admin, as a browser would, and take the cookies along."""

from __future__ import annotations

from typing import Any

import requests

from dev.temporary_stack import Stack


def session(stack: Stack) -> requests.Session:
    """A session of the admin, signed in with the key that `up` made."""
    found = requests.Session()
    survey = stack.url("survey")
    answer = found.post(
        f"{survey}/sign-in",
        data={"key": stack.environment["ADMIN_KEY"]},
        headers={"Origin": survey},
        allow_redirects=False,
        timeout=30,
    )
    if answer.status_code != 303:
        raise RuntimeError(f"could not sign in: {answer.status_code} {answer.text[:500]}")
    return found


def cookies(signed_in: requests.Session) -> list[dict[str, Any]]:
    """The session's cookies as a browser takes them."""
    return [
        {"name": cookie.name, "value": cookie.value, "domain": cookie.domain, "path": cookie.path}
        for cookie in signed_in.cookies
    ]
