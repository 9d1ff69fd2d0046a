"""Every page and every call of every service, whatever comes later: who may, from where, and what a GET may do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.settings import Settings
from tests.integration.whole_shop import SERVICES, Shop

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
EVIL = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
# What is shown inside our own pages, never elsewhere.
FRAMED = re.compile(r"/frame$|/preview/<token>/")
# A mail's own styles are attributes: its picture may have them, and nothing else of what is unsafe.
STYLED = "/admin/surveys/<survey>/email/frame"
INLINE = re.compile(
    r"<script(?![^>]*\b(?:src=|type=\"application/json\"))[^>]*>|<\w[^>]*\s(?:style|on\w+)=|=\"javascript:|<style",
    re.I,
)
POST_FORM = re.compile(r'<form\b[^>]*method="post"[^>]*>.*?</form>', re.S | re.I)
TOKEN = re.compile(r'name="csrf" value="[^"]')
ELSEWHERE = re.compile(r'<(?:script|link|img)\b[^>]*(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1)[^"]*"')


class Route(NamedTuple):
    """One method of one address: who may (`public` for anybody), and whether it is a page."""

    service: str
    method: str
    rule: str
    access: str
    is_page: bool


@pytest.fixture
def shop(settings: Settings) -> Iterator[Shop]:
    with ExitStack() as stack:
        yield Shop(settings, stack)


def routes(shop: Shop) -> list[Route]:
    found = []
    for service, app in shop.apps.items():
        for rule in app.url_map.iter_rules():
            view = app.view_functions[rule.endpoint]
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                access, is_page = _marked(view, "access"), bool(_marked(view, "is_page"))
                if access:
                    found.append(Route(service, method, rule.rule, access, is_page))
    return found


def _marked(view: Any, name: str) -> Any:
    """A mark of a view; a wrapped one carries it inside."""
    while view is not None and getattr(view, name, None) is None:
        view = getattr(view, "__wrapped__", None)
    return getattr(view, name, None)


def send(client: FlaskClient, shop: Shop, route: Route, **how: Any) -> TestResponse:
    return client.open(shop.path(route.rule), method=route.method, buffered=True, **how)


def test_a_page_is_guarded_framed_nowhere_kept_nowhere_and_changes_nothing(shop: Shop) -> None:
    pages = [route for route in routes(shop) if route.is_page and route.method == "GET"]
    assert len(pages) > 30
    assert {route.service for route in pages} == set(SERVICES)
    admins = {service: shop.client(service, "admin") for service in SERVICES}
    viewers = {service: shop.client(service, "viewer") for service in SERVICES}
    before, wrong = shop.rows(), []
    for route in pages:
        answer, viewer = send(admins[route.service], shop, route), send(viewers[route.service], shop, route)
        stranger = send(shop.apps[route.service].test_client(), shop, route)
        faults = [f"as admin: {fault}" for fault in page_faults(route, answer)]
        faults += [f"as viewer: {fault}" for fault in page_faults(route, viewer)]
        if answer.status_code not in (200, 303, 400, 404, 410, 422):
            faults.append(f"answers {answer.status_code}")
        if route.access in ("lead", "admin") and viewer.status_code != 403:
            faults.append(f"a viewer gets {viewer.status_code}")
        if route.access != "public" and not is_asked_to_sign_in(shop, stranger):
            faults.append(f"a stranger gets {stranger.status_code}")
        wrong += [(route.service, route.rule, fault) for fault in faults]
    wrong += [("survey", path, "a customer's page") for path in customers_faults(shop.client("survey", None))]
    assert wrong == [], "\n".join(map(str, wrong))
    assert shop.rows() == before


def is_asked_to_sign_in(shop: Shop, answer: TestResponse) -> bool:
    door = f"{shop.settings.survey_url}/sign-in?next="
    return answer.status_code == 303 and answer.headers["Location"].startswith(door)


def page_faults(route: Route, answer: TestResponse) -> Iterator[str]:
    named = answer.headers
    if named.get("X-Content-Type-Options") != "nosniff":
        yield "may be sniffed"
    if named.get("Cache-Control") != "no-store":
        yield f"may be kept: {named.get('Cache-Control')}"
    if answer.mimetype != "text/html" or answer.status_code == 303:
        return
    parts = named.get("Content-Security-Policy", "").split(";")
    policy = dict(part.strip().split(" ", 1) for part in parts if " " in part.strip())
    if (policy.get("default-src"), policy.get("base-uri")) != (
        "'none'",
        "'none'",
    ) or "form-action" not in policy:
        yield f"policy: {policy}"
    if "unsafe" in " ".join(policy.values()) and (route.rule, policy.get("style-src")) != (
        STYLED,
        "'unsafe-inline'",
    ):
        yield "its policy allows what is unsafe"
    framed = FRAMED.search(route.rule) and answer.status_code == 200
    frames = ("'self'", "SAMEORIGIN") if framed else ("'none'", "DENY")
    if (policy.get("frame-ancestors"), named.get("X-Frame-Options")) != frames:
        yield f"frames: {policy.get('frame-ancestors')} {named.get('X-Frame-Options')}"
    if named.get("Referrer-Policy") != "same-origin":
        yield "tells others where one was"
    yield from (f"inline: {found}" for found in INLINE.findall(answer.text) if route.rule != STYLED)
    yield from (f"no token: {form[:80]}" for form in POST_FORM.findall(answer.text) if not TOKEN.search(form))
    yield from (f"from elsewhere: {found}" for found in ELSEWHERE.findall(answer.text))


def test_a_form_without_its_token_or_from_elsewhere_changes_nothing(shop: Shop) -> None:
    forms = [route for route in routes(shop) if route.is_page and route.method in UNSAFE]
    assert len(forms) > 25
    admins = {service: shop.client(service, "admin") for service in SERVICES}
    tokens = {service: token(admins[service], service) for service in SERVICES}
    before, wrong = shop.rows(), []
    for route in forms:
        own, sure = {"csrf": tokens[route.service]}, {"sure": "true", "confirmed": "true"}
        tries: dict[str, Any] = {"from elsewhere": {"data": sure | own, "headers": EVIL}}
        if route.access != "public":
            tries |= {
                "without a token": {"data": sure},
                "with a wrong one": {"data": sure | {"csrf": "wrong"}},
            }
        for name, how in tries.items():
            answer = send(admins[route.service], shop, route, **how)
            if (answer.status_code, "This form has expired" in answer.text) != (403, True):
                wrong.append((route, name, answer.status_code))
        stranger = send(shop.apps[route.service].test_client(), shop, route)
        if route.access != "public" and not is_asked_to_sign_in(shop, stranger):
            wrong.append((route, "a stranger", stranger.status_code))
    assert wrong == [], "\n".join(map(str, wrong))
    assert shop.rows() == before


def token(client: FlaskClient, service: str) -> str:
    page = {"survey": "/setup", "aggregator": "/", "alerts": "/incidents"}[service]
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(page).text)
    assert found
    return found[1]


def test_a_call_by_cookie_alone_changes_nothing_and_is_kept_nowhere(shop: Shop) -> None:
    calls = [route for route in routes(shop) if not route.is_page and route.access != "public"]
    assert len(calls) > 40
    admins = {service: shop.client(service, "admin") for service in SERVICES}
    wrong: list[Any] = []
    before = shop.rows()
    for route in calls:
        expected, tries = (
            ((200, 404, 422), [{}]) if route.method == "GET" else ((403,), [{}, {"headers": EVIL}])
        )
        for how in tries:
            body: dict[str, Any] = {} if route.method == "GET" else {"json": {}}
            answer = send(admins[route.service], shop, route, **body, **how)
            if answer.status_code not in expected:
                wrong.append((route, answer.status_code))
            if answer.headers.get("Cache-Control") != "no-store":
                wrong.append((route, f"may be kept: {answer.status_code}"))
    assert wrong == [], "\n".join(map(str, wrong))
    assert shop.rows() == before


def customers_faults(client: FlaskClient) -> Iterator[str]:
    """What is not safe about the pages that customers see, which may stand in other sites' frames."""
    for path in ("/s/delivery-nps", "/s/nothing", "/s/delivery-nps/unsubscribe?t=x"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        if "default-src 'none'" not in policy or "unsafe" in policy or INLINE.findall(answer.text):
            yield path
        if answer.headers["X-Content-Type-Options"] != "nosniff":
            yield path
