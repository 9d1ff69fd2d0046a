"""One neighbour that hangs, or answers nonsense, is no trouble to what the others are asked."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from typing import Any, cast

import pytest
from flask import Flask, Response, g
from werkzeug.serving import make_server

from shared.db import ACCESS
from shared.settings import load
from shared.web.app import State
from shared.web.neighbours import ask, ask_all
from tests.conftest import base_environment

# What a few busy pages ask within a second.
MANY = 100


@contextmanager
def hanging() -> Iterator[str]:
    """A neighbour that takes calls and never says anything."""
    with socket.create_server(("127.0.0.1", 0), backlog=1_000) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def answering() -> Iterator[str]:
    """A neighbour that says yes at once; at /nonsense what is no JSON."""
    app = Flask("neighbour")
    app.add_url_rule("/yes", "yes", lambda: {"yes": True})
    app.add_url_rule("/nonsense", "nonsense", lambda: Response("<p>hello", mimetype="text/html"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def page() -> Iterator[None]:
    """A request to a page that nobody signed in for."""
    with hanging() as survey, answering() as aggregator:
        known = load(base_environment())
        urls = known.internal_urls | {"survey": survey, "aggregator": aggregator}
        app = Flask("alerts")
        found = State(replace(known, internal_urls=urls), ACCESS, cast("Any", None))
        app.extensions["journeyloop"] = found
        with app.test_request_context("/"):
            g.caller = None
            yield


def test_what_nobody_waits_for_any_more_is_not_asked() -> None:
    hung = ask_all({str(number): ("survey", "/hangs", {}) for number in range(MANY)})
    assert {one.failure for one in hung.values()} == {"took longer than 1 s"}
    again = ask_all({"hung": ("survey", "/hangs", {}), "other": ("aggregator", "/yes", {})})
    assert again["other"].found == {"yes": True}


def test_a_neighbour_that_hangs_holds_up_no_other() -> None:
    questions: dict[str, Any] = {str(number): ("survey", "/hangs", {}) for number in range(MANY)}
    found = ask_all({**questions, "other": ("aggregator", "/yes", {})})
    assert found["other"].found == {"yes": True}


def test_what_is_no_json_is_a_failure_too() -> None:
    assert ask("aggregator", "/nonsense").failure == "does not answer as it should"
