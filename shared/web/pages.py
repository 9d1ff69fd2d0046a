"""Our own pages: one shell, one set of headers, words of time and numbers in `REPORT_TZ`."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, redirect, render_template, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from shared import wording
from shared.settings import SERVICE_PORTS, Settings
from shared.web import drawing, neighbours, session_cookie
from shared.web.auth import csrf_token, principal_or_none
from shared.web.state import settings

STATES = {
    "ok": ("●", "Healthy", "ok"),
    "degraded": ("▼", "Degraded", "worse"),
    "learning": ("◐", "Learning", "plain"),
    "stale": ("○", "Stale", "warning"),
    "silenced": ("▬", "Silenced", "plain"),
    "unknown": ("?", "Unknown", "warning"),
    None: ("–", "Not watched", "plain"),
}
_SAID, _SAID_SECONDS = "journeyloop_said", 60
_STATIC = Path(__file__).parent / "static"


def install(app: Flask) -> None:
    """Give templates what every page needs, and answer a page's errors with a page."""
    app.jinja_env.globals.update(
        url_to=url_to, shared_file=shared_file, states=STATES, drawing=drawing, interval=wording.between
    )
    app.jinja_env.filters.update(
        day=_day,
        moment=_moment,
        age=_age,
        number=_number,
        signed=wording.signed,
        score=_score,
        clean=wording.clean,
    )
    app.after_request(_as_page)


def render(template: str, status: int = 200, framable: bool = False, **values: Any) -> Response:
    """A page in our shell, for whoever asked; `framable` lets our own pages show it in a frame (a preview)."""
    who = principal_or_none() if status < 500 else g.get("principal")
    reads = who is not None and who.may("viewer")
    shown = {
        "who": who,
        "form_token": csrf_token() if who else "",
        "said": _said(),
        "zone": settings().report_tz.key,
        "counts": neighbours.nav_counts() if reads and status < 500 else {},
    }
    response = Response(render_template(template, **(shown | values)), status)
    response.headers.update(_headers(settings(), framable))
    if shown["said"]:
        response.delete_cookie(_SAID)
    return response


def redirect_to(address: str, said: str | None = None) -> AnyResponse:
    """On to another page after a POST; `said` stands once on top of it."""
    response = redirect(address, 303)
    if said:
        text = _signer(settings()).dumps(said[:1_000])
        safe = session_cookie.is_secure(settings())
        response.set_cookie(_SAID, text, max_age=_SAID_SECONDS, httponly=True, samesite="Lax", secure=safe)
    return response


def url_to(service: str, path: str) -> str:
    """The address of a page: a path within this service, else with the other service's address."""
    return path if service == current_app.name else getattr(settings(), f"{service}_url") + path


@cache
def shared_file(name: str) -> str:
    """The address of a shared file, changing with its content, so that browsers may keep it for ever."""
    digest = hashlib.sha256((_STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/shared/{name}?v={digest}"


def _as_page(response: Response) -> Response:
    """A problem document as a page, where a person opened a page; what a page sends as a file is as guarded."""
    if request.path.startswith("/static/") and request.args.get("v"):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if getattr(current_app.view_functions.get(request.endpoint or ""), "is_page", False):
        for name, value in _headers(settings(), framable=False).items():
            response.headers.setdefault(name, value)
    if response.mimetype != "application/problem+json" or not _wants_page():
        return response
    problem = response.get_json()
    shown = render("problem.html", response.status_code, problem=problem)
    for name in ("Retry-After", "Allow"):
        if name in response.headers:
            shown.headers[name] = response.headers[name]
    return shown


def _wants_page() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None:
        return bool(getattr(view, "is_page", False))
    best = request.accept_mimetypes.best_match(["application/json", "text/html"])
    return best == "text/html" and not request.path.startswith("/v1/")


def _headers(found: Settings, framable: bool) -> dict[str, str]:
    """Nothing from elsewhere runs or loads; forms may go to our own three addresses (one, behind one origin)."""
    ours = " ".join(sorted({getattr(found, f"{service}_url") for service in SERVICE_PORTS}))
    frames = "'self'" if framable else "'none'"
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        f"img-src 'self' data: blob:; frame-src 'self'; form-action 'self' {ours}; base-uri 'none'; "
        f"frame-ancestors {frames}",
        "X-Frame-Options": "SAMEORIGIN" if framable else "DENY",
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Robots-Tag": "noindex",
    }


def _said() -> str | None:
    try:
        text: str = _signer(settings()).loads(request.cookies.get(_SAID, ""), max_age=_SAID_SECONDS)
    except BadSignature:
        return None
    return text


def _signer(found: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(found.secret_key, salt="said")


def _day(at: datetime | date | str) -> str:
    """Thu 13 Nov, with the year where it is not this one's."""
    zone = settings().report_tz
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    if isinstance(at, datetime) and at.tzinfo:
        at = at.astimezone(zone)
    seen_from = datetime.now(zone)
    year = f" {at.year}" if at.year != seen_from.year else ""
    return f"{at:%a} {at.day} {at:%b}{year}"


def _moment(at: datetime | str) -> str:
    """Thu 13 Nov, 14:00 CET."""
    found = _aware(at)
    return f"{_day(found)}, {found:%H:%M %Z}"


def _age(at: datetime | str) -> str:
    """3 days: how long ago, the larger unit only."""
    passed = datetime.now(settings().report_tz) - _aware(at)
    return "less than a minute" if passed < timedelta(minutes=1) else wording.lasting(passed)


def _aware(at: datetime | str) -> datetime:
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return found.astimezone(settings().report_tz)


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{wording.whole(value):,}"


def _score(value: float, metric: str) -> str:
    return wording.score(metric, value)
