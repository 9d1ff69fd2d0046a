"""Our own origins: where forms may come from, and where a sign-in may lead to."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from flask import Request

from shared.settings import Settings

SERVICES = ("survey", "aggregator", "alerts")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
# What browsers read otherwise than urllib does: controls, blanks, backslashes, all beyond ASCII.
_UNUSUAL = re.compile(r"[^\x21-\x7e]|\\")


def origins(settings: Settings) -> set[str]:
    """scheme://host:port of our three services; one and the same behind a gateway."""
    return {origin(getattr(settings, f"{service}_url")) for service in SERVICES}


def origin(url: str) -> str:
    """scheme://host:port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def comes_from_us(settings: Settings, request: Request, *, has_token: bool) -> bool:
    """Whether a form was sent by one of our own pages, as far as the browser tells.

    `null` and nothing at all are what browsers send where a page hides its address, and programs that are none: they
    pass with a token of the session, or where the browser says that the sender is this very site.
    """
    sender = request.headers.get("Origin")
    if sender and sender != "null":
        return sender.lower() in origins(settings) | {origin(request.host_url)}
    if has_token:
        return True
    site = request.headers.get("Sec-Fetch-Site")
    return site == "same-origin" or (site is None and sender is None)


def own_address(settings: Settings, wanted: str) -> str:
    """`wanted` as a whole address where it leads to one of our origins (a path is the survey service's), else ""."""
    if not wanted or _UNUSUAL.search(wanted):
        return ""
    try:
        parts = urlsplit(urljoin(f"{settings.survey_url}/", wanted))
        known = origin(parts.geturl()) in origins(settings)
    except ValueError:
        return ""
    return parts.geturl() if known else ""
