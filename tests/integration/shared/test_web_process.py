"""A web process as it stands in the world: stopped under load, given too much, and left waiting by its clients."""

from __future__ import annotations

import json
import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
import requests

from dev import ports
from dev.bench import answers
from dev.bench.connections import post
from services.survey import SCHEMA
from shared.access import create_key
from shared.db import connect
from shared.settings import Settings
from shared.web.server.worker import WAITING_A_THREAD
from tests.processes import Processes
from tests.soak import stops
from tests.soak.crowd import Crowd, Outcome

pytestmark = pytest.mark.e2e

THREADS = 4
MOST = THREADS * (1 + WAITING_A_THREAD)


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return environment | {"WEB_THREADS": str(THREADS), "PUBLIC_RATE_LIMIT": "1000000 per minute"}


@pytest.fixture
def url(processes: Processes, settings: Settings) -> str:
    """A running survey-web with one live survey, `bench-0-nps`."""
    url = processes.start_web("survey")
    with connect(settings, SCHEMA) as conn:
        key = create_key(conn, "admin", "admin")
    for path, document in (
        ("/v1/journeys/bench-0", answers.journey()),
        ("/v1/surveys/bench-0-nps", answers.survey("bench-0")),
    ):
        done = requests.put(url + path, json=document, headers={"Authorization": f"Bearer {key}"}, timeout=10)
        assert done.ok, done.text
    return url


@pytest.fixture
def port(url: str) -> int:
    return int(url.rsplit(":", 1)[1])


@pytest.fixture
def crowd(port: int) -> Iterator[Crowd]:
    made = Crowd(port, 1000)
    yield made
    made.close()


def an_answer(port: int) -> bytes:
    body = json.dumps(answers.answer()).encode()
    return post(ports.LOOPBACK, port, "/v1/surveys/bench-0-nps/responses", body)


def get(path: str, more: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n".encode()


def said(crowd: Crowd, number: int) -> Counter[str]:
    """What `number` requests got; each within a deadline of its own."""
    found: Counter[str] = Counter()
    while found.total() < number:
        found.update(outcome.failed or str(outcome.status) for outcome in crowd.outcomes(0.1))
    return found


def test_stopped_under_load_nobody_who_got_through_is_cut_off(
    processes: Processes, port: int, url: str, settings: Settings
) -> None:
    process = processes.running["survey-web"]

    def stop() -> Callable[[], bool]:
        process.terminate()
        return lambda: process.poll() is not None

    found = stops.under_load(port, lambda: an_answer(port), 100, random.Random(1), stop)
    assert found.failed == 0, found
    assert found.said["201"] > 20, found
    assert process.returncode == 0
    with connect(settings, SCHEMA) as conn:
        rows = conn.execute("SELECT count(*) AS n FROM response").fetchall()
    assert rows == [{"n": found.said["201"]}]


def test_too_much_is_refused_at_once_and_what_was_let_in_is_done(
    crowd: Crowd, port: int, url: str, environment: dict[str, str]
) -> None:
    more = 30
    with psycopg.connect(environment["DATABASE_URL"]) as conn:
        conn.execute("LOCK TABLE survey.response")
        for number in range(MOST + more):
            crowd.begin(number, an_answer(port), fresh=True)
        refused: list[Outcome] = []
        while len(refused) < more:
            refused += crowd.outcomes(0.1)
        assert {(one.status, one.retry_after is not None) for one in refused} == {(503, True)}
        page = requests.get(f"{url}/s/bench-0-nps", headers={"Accept": "text/html"}, timeout=10)
        elsewhere = requests.get(f"{url}/embed.js", headers={"Origin": "https://shop.example"}, timeout=10)
        crowd.begin(MOST, get("/healthz"), fresh=True)
        conn.rollback()
    assert said(crowd, MOST + 1) == {"201": MOST, "200": 1}, "whoever looks after it is let in"
    assert (page.status_code, "Please reload" in page.text) == (503, True)
    assert elsewhere.json()["status"] == 503
    assert elsewhere.headers["Access-Control-Allow-Origin"] == "*"
    assert elsewhere.headers["Access-Control-Expose-Headers"] == "Retry-After"
    halves(port, environment["DATABASE_URL"])
    crowd.begin(0, an_answer(port))
    assert said(crowd, 1) == {"201": 1}
    assert 'route="(busy)"' in requests.get(f"{url}/metrics", timeout=10).text


def halves(port: int, database: str) -> None:
    """Who begins while there is room and goes on when there is none is refused as well."""
    more = 8
    with psycopg.connect(database) as conn, ExitStack() as stack:
        conn.execute("LOCK TABLE survey.response")
        begun = []
        for _ in range(MOST + more):
            client = stack.enter_context(socket.create_connection((ports.LOOPBACK, port), timeout=20))
            whole = an_answer(port)
            client.sendall(whole[:50])
            begun.append((client, whole[50:]))
        assert requests.get(f"http://{ports.LOOPBACK}:{port}/healthz", timeout=10).ok, "all have begun"
        for client, rest in begun:
            client.sendall(rest)
        for client, _ in begun[-more:]:
            assert client.recv(12) == b"HTTP/1.1 503"
        conn.rollback()
        assert {client.recv(12) for client, _ in begun[:MOST]} == {b"HTTP/1.1 201"}


def test_connections_that_say_nothing_or_do_not_go_keep_nobody_waiting(port: int, crowd: Crowd) -> None:
    silent = [socket.create_connection((ports.LOOPBACK, port)) for _ in range(3 * THREADS)]
    staying = [socket.create_connection((ports.LOOPBACK, port)) for _ in range(3 * THREADS)]
    for one in staying:
        one.sendall(get("/healthz", "Connection: close\r\n"))
    began = time.monotonic()
    crowd.begin(0, an_answer(port))
    assert said(crowd, 1) == {"201": 1}
    assert time.monotonic() - began < 1.9, (
        "gunicorn waits for 2 s for one client that stays, 5 s for silent ones"
    )
    for one in [*silent, *staying]:
        one.close()
