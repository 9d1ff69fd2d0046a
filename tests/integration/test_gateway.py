"""One origin: the gateway sends every path to the service that has it, and pages, forms and calls work through it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from werkzeug.serving import make_server

from dev.ports import LOOPBACK, free_port
from services.survey import SCHEMA
from shared import settings as configuration
from shared.access import create_key
from shared.db import connect
from shared.settings import Settings
from tests.integration import gateway
from tests.integration.survey.conftest import JOURNEY

SERVICES = ("survey", "aggregator", "alerts")
PAGES = ("/", "/incidents", "/owners", "/setup", "/admin/journeys", "/keys", "/privacy", "/status")


def app(service: str, settings: Settings) -> Flask:
    made: Flask = import_module(f"services.{service}.app").create_app(settings)
    return made


def test_every_route_reaches_the_service_that_has_it(settings: Settings) -> None:
    homes: dict[str, set[str]] = {}
    for service in SERVICES:
        made = app(service, settings)
        for rule in made.url_map.iter_rules():
            homes.setdefault(re.sub(r"<[^>]+>", "x", rule.rule), set()).add(service)
        made.extensions["journeyloop"].pool.close()
    own = {path: next(iter(services)) for path, services in homes.items() if len(services) == 1}
    assert {path: gateway.service_of(path) for path in own} == own
    shared = homes.keys() - own.keys()
    assert {path for path in shared if not path.startswith(("/docs", "/static/shared"))} == {
        "/healthz",
        "/readyz",
        "/metrics",
        "/openapi.json",
    }
    assert {gateway.service_of(path) for path in shared} == {"survey"}


def test_a_path_that_only_begins_alike_is_not_theirs() -> None:
    for path in (
        "/journeysx",
        "/v1/scores-of",
        "/ownership",
        "/v1/status/survey",
        "/static/alertsx",
        "/x/incidents",
    ):
        assert gateway.service_of(path) == "survey"


@dataclass
class Origin:
    """The one origin, and a browser there."""

    url: str
    admin_key: str
    browser: requests.Session

    def get(self, path: str) -> requests.Response:
        return self.browser.get(self.url + path, timeout=20)

    def token(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get("/setup").text)
        assert found
        return found[1]


@contextmanager
def serving(service: str, settings: Settings) -> Iterator[None]:
    made = app(service, settings)
    server = make_server(LOOPBACK, settings.port(service), made, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        made.extensions["journeyloop"].pool.close()


@pytest.fixture
def origin(environment: dict[str, str], tmp_path: Path) -> Iterator[Origin]:
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    addresses = {service: f"{LOOPBACK}:{environment[f'{service.upper()}_PORT']}" for service in SERVICES}
    environment |= {f"{service.upper()}_URL": url for service in SERVICES} | {"TRUSTED_PROXIES": "1"}
    environment |= {f"INTERNAL_{service.upper()}_URL": f"http://{addresses[service]}" for service in SERVICES}
    settings = configuration.load(environment)
    with connect(settings, SCHEMA) as conn:
        key = create_key(conn, "admin", "Ana")
    with ExitStack() as stack:
        for service in SERVICES:
            stack.enter_context(serving(service, settings))
        stack.enter_context(gateway.running(port, addresses, tmp_path))
        browser = stack.enter_context(requests.Session())
        browser.trust_env = False
        yield Origin(url, key, browser)


def test_pages_forms_and_calls_at_one_origin(origin: Origin) -> None:
    asked = origin.get("/incidents?state=open")
    assert asked.url.startswith(f"{origin.url}/sign-in?next=")
    (wanted,) = set(re.findall(r'name="next" value="([^"]+)"', asked.text))
    sign_in = {"key": origin.admin_key, "next": wanted.replace("&amp;", "&")}
    back = origin.browser.post(
        f"{origin.url}/sign-in", data=sign_in, headers={"Origin": origin.url}, timeout=20
    )
    assert (back.url, back.status_code) == (f"{origin.url}/incidents?state=open", 200)

    token = {"X-CSRF-Token": origin.token()}
    for path, body in (
        ("/v1/journeys/shop", JOURNEY),
        ("/v1/owners/ana", {"name": "Ana", "email": "ana@example.com"}),
    ):
        put: dict[str, Any] = {"url": origin.url + path, "json": body, "timeout": 20}
        evil = token | {"Origin": "https://evil.example"}
        assert origin.browser.put(**put, headers=evil).status_code == 403
        assert origin.browser.put(**put, headers=token | {"Origin": origin.url}).status_code == 201

    shown = {path: origin.get(path) for path in PAGES}
    assert {path: answer.status_code for path, answer in shown.items()} == dict.fromkeys(shown, 200)
    assert "does not answer" not in shown["/status"].text
    files = {
        name
        for answer in shown.values()
        for name in re.findall(r'(?:href|src)="(/static/[^"]+)"', answer.text)
    }
    assert {name: origin.get(name).status_code for name in files} == dict.fromkeys(files, 200)
    elsewhere = {
        link
        for answer in shown.values()
        for link in re.findall(r'(?:href|action|src)="(\w+://[^"/]+)', answer.text)
    }
    assert elsewhere <= {origin.url}
    assert origin.get("/v1/status/alerts").json()["service"] == "alerts"
    assert origin.get("/metrics").status_code == 404
