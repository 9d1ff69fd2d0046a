"""What every web process does alike: documentation, health, a rule on each route, and a database that is away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import flask_swagger_ui
import pytest
from flask import Flask
from psycopg_pool import ConnectionPool

from shared.settings import Settings
from shared.web.app import State

SERVICES = ("survey", "aggregator", "alerts")
# Made by libraries: files of our own pages, and the documentation.
UNMARKED = re.compile(r"^(static|\w+\.static|api-docs\..*)$")


@pytest.fixture(params=SERVICES)
def app(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Flask]:
    made: Flask = import_module(f"services.{request.param}.app").create_app(settings)
    yield made
    made.extensions["journeyloop"].pool.close()


def test_documentation_comes_with_all_its_files(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/docs").get_data(as_text=True)
    files = re.findall(r'(?:href|src)="([^"]+)"', page)
    assert any(name.endswith("swagger-ui-bundle.js") for name in files)
    assert {name: client.get(name).status_code for name in files} == dict.fromkeys(files, 200)
    assert "://" not in "".join(files), "an asset comes from elsewhere"


def test_the_page_can_show_our_version_of_openapi(app: Flask) -> None:
    document = app.test_client().get("/openapi.json").get_json()
    assert document["openapi"].startswith("3.1")
    version = (Path(flask_swagger_ui.__file__).parent / "dist" / "VERSION").read_text()
    assert int(re.findall(r"\d+", version)[0]) >= 5, "older ones show 3.0 at most"


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    views = {rule.endpoint: app.view_functions[rule.endpoint] for rule in app.url_map.iter_rules()}
    unmarked = [name for name, view in views.items() if not UNMARKED.match(name) and not _access(view)]
    assert unmarked == []


def test_metrics_hold_route_templates(app: Flask) -> None:
    client = app.test_client()
    client.get("/v1/nothing-of-the-kind/personal-text")
    text = client.get("/metrics").get_data(as_text=True)
    assert "journeyloop_request_seconds" in text
    assert "personal-text" not in text


def test_without_a_key_nothing_is_told(app: Flask) -> None:
    answer = app.test_client().get("/v1/journeys" if app.name == "survey" else _some_list(app))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.content_type == "application/problem+json"


def test_a_database_that_is_away_is_503_and_a_time_to_come_back(app: Flask, settings: Settings) -> None:
    state: State = app.extensions["journeyloop"]
    nowhere = replace(settings, database_url="postgresql://nobody@127.0.0.1:1/none")
    with ConnectionPool(nowhere.database_url, min_size=0, max_size=1, timeout=0.2, open=True) as away:
        app.extensions["journeyloop"] = State(nowhere, state.schema, cast(Any, away))
        client = app.test_client()
        answer = client.get(_some_list(app), headers={"Authorization": "Bearer jl_000000000000_x"})
        assert (answer.status_code, answer.get_json()["status"]) == (503, 503)
        assert int(answer.headers["Retry-After"]) > 0
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200
    app.extensions["journeyloop"] = state


@pytest.mark.parametrize("path", ["/v1/%00", "/v1/x?journey=%00"])
def test_nul_in_an_address_is_400(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def _access(view: object) -> str | None:
    """The rule of a view; a class-based or wrapped one carries it inside."""
    while view is not None:
        found = getattr(view, "access", None)
        if found:
            return str(found)
        view = getattr(view, "__wrapped__", None)
    return None


def _some_list(app: Flask) -> str:
    return {"survey": "/v1/journeys", "aggregator": "/v1/scores", "alerts": "/v1/incidents"}[app.name]
