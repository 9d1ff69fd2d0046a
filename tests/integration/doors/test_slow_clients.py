"""Clients that send half a request and wait, on a real web process: nobody else waits for them."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
import requests

from dev.ports import wait_until
from shared.web.server import patience
from tests.processes import Processes

SLOW = 40
ANSWER = "POST /v1/surveys/delivery-nps/responses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
LARGE = "/docs/assets/swagger-ui-bundle.js"
HALVES = {
    "nothing": "",
    "half a line": "GET /healthz HT",
    "half a head": "GET /healthz HTTP/1.1\r\nHost: x\r\n",
    "half a body": f"{ANSWER}Content-Length: 40\r\n\r\n" + '{"id": "',
    "half a chunk": f"{ANSWER}Transfer-Encoding: chunked\r\n\r\n20\r\n" + '{"id": "',
    "a length with more digits than needed": f"{ANSWER}Content-Length: {40:030}\r\n\r\n" + '{"id": "',
    "a chunk that looks like the last": f"{ANSWER}Transfer-Encoding: chunked\r\n\r\n20\r\n0\r\n\r\n",
    "a chunk that is announced": f"{ANSWER}Transfer-Encoding: chunked\r\n\r\nffffff\r\n" + "x" * 66_000,
    "chunks of a byte": f"{ANSWER}Transfer-Encoding: chunked\r\n\r\n" + "1\r\n \r\n" * 11_000,
    "half a request behind a whole one": "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nG",
    "no body after asking to go on": f"{ANSWER}Content-Length: 40\r\nExpect: 100-continue\r\n\r\n",
    "a stranger's batch": "POST /v1/responses/batch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    "Content-Length: 9000000\r\n\r\n[",
}


@pytest.fixture
def web(processes: Processes) -> str:
    processes.environment |= {"WEB_THREADS": "4", "DB_POOL_SIZE": "4"}
    return processes.start_web("survey")


def opened(url: str, text: str) -> socket.socket:
    place = urlsplit(url)
    found = socket.create_connection((str(place.hostname), place.port or 80), timeout=5)
    found.sendall(text.encode())
    return found


@contextlib.contextmanager
def slow(url: str, text: str) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(opened(url, text)) for _ in range(SLOW)]


def answers_soon(web: str) -> bool:
    """Long before the slow ones are sent away: whoever waits for those waits too long, however busy the machine is."""
    with contextlib.suppress(requests.Timeout):
        return requests.get(f"{web}/healthz", timeout=patience.WHOLE_SECONDS / 2).status_code == 200
    return False


@pytest.mark.e2e
def test_half_a_request_keeps_nobody_waiting(web: str) -> None:
    for what, text in HALVES.items():
        with slow(web, text):
            for _ in range(8):
                assert answers_soon(web), what


@pytest.mark.e2e
def test_an_answer_that_is_not_taken_keeps_nobody_waiting(web: str) -> None:
    """And it is all there for a client that takes its time."""
    whole = requests.get(f"{web}{LARGE}", timeout=20)
    assert len(whole.content) > 500_000, "more than what a kernel takes from us at once"
    asked = f"GET {LARGE} HTTP/1.1\r\nHost: x\r\n\r\n"
    with ExitStack() as stack:
        clients = [stack.enter_context(narrow(web, asked)) for _ in range(SLOW)]
        for _ in range(8):
            assert answers_soon(web)
        clients[0].settimeout(10)
        for _ in range(2):
            assert answered(clients[0]).endswith(whole.content[-1000:])
            clients[0].sendall(asked.encode())


def narrow(url: str, text: str) -> socket.socket:
    """A client that has room for little."""
    place = urlsplit(url)
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    found.connect((str(place.hostname), place.port or 80))
    found.sendall(text.encode())
    return found


@pytest.mark.e2e
def test_what_comes_in_pieces_is_answered(web: str) -> None:
    body = b'{"id": "x"}'
    head = f"{ANSWER}Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode()
    with opened(web, "") as client:
        for _ in range(2):  # the second on the same connection
            for piece in (head[:20], head[20:-1], head[-1:]):
                client.sendall(piece)
            assert client.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
            client.sendall(body[:4])
            client.sendall(body[4:])
            assert answered(client).startswith(b"HTTP/1.1 404")
        client.sendall(
            head.replace(b"Expect: 100-continue\r\n", b"")
            + body
            + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        wait_until(
            lambda: b'{"status":"ok"}' in client.recv(65536), "the answer to the second of two at once"
        )
    with opened(web, "GET / HTTP/1.1\r\n" + "X: " + "x" * 40_000) as client:
        assert answered(client).startswith(b"HTTP/1.1 431")


@pytest.mark.e2e
def test_what_is_framed_wrongly_is_refused_and_nothing_behind_it_is_taken_for_a_request(web: str) -> None:
    behind = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    chunked, none = "Transfer-Encoding: chunked\r\n", "\r\n0\r\n\r\n"
    for framed in (
        "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
        "Content-Length: 2, 2\r\n\r\n{}",
        "Content-Length: +2\r\n\r\n{}",
        f"Content-Length: 5\r\n{chunked}{none}",
        f"{chunked}Content-Length: 5\r\n{none}",
        f"{chunked}{chunked}{none}",
        f"Transfer-Encoding : chunked\r\n{none}",
        f"Transfer-Encoding:\r\n chunked\r\n{none}",
        f"Transfer-Encoding: identity\r\n{none}",
        f"X: a\r\n b\r\n{chunked}{none}",
        f"X: a\n{chunked}{none}",
        f"{chunked}\r\n2\r\n{{}}\r\n0\r\nContent-Length: 3\r\n\r\n",
        f"{chunked}\r\n2;\n\r\n{{}}{none}",
    ):
        with opened(web, ANSWER + framed + behind) as client:
            said = whole(client)
        assert (said[:12], said.count(b"HTTP/1.1 ")) == (b"HTTP/1.1 400", 1), framed
    for taken in ("Content-Length: 2\r\n\r\n{}", f"{chunked}\r\n2;a=b\r\n{{}}\r\n0\r\nA: b\r\n\r\n"):
        with opened(web, ANSWER + taken + behind.replace("x\r\n", "x\r\nConnection: close\r\n")) as client:
            said = whole(client)
        assert (said[:12], said.count(b"HTTP/1.1 ")) == (b"HTTP/1.1 404", 2), taken
    with opened(web, behind.replace("x\r\n", f"x\r\nContent-Length: {len(behind)}\r\n") + behind) as client:
        assert answered(client).startswith(b"HTTP/1.1 200")


def whole(client: socket.socket) -> bytes:
    """All that is said until the connection ends."""
    found = b""
    while piece := client.recv(65536):
        found += piece
    return found


def answered(client: socket.socket) -> bytes:
    """The whole of one answer."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += client.recv(65536)
    head, _, rest = found.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    wanted = int(lengths[0].partition(b":")[2])
    while len(rest) < wanted:
        rest += client.recv(65536)
    return head + b"\r\n\r\n" + rest


@pytest.mark.e2e
@pytest.mark.skipif(
    os.environ.get("JOURNEYLOOP_E2E") != "full", reason="waits for what takes too long to end"
)
def test_whoever_takes_too_long_is_let_go(web: str) -> None:
    with slow(web, HALVES["half a head"]) as clients:
        began = time.monotonic()
        for client in clients:
            client.settimeout(patience.WHOLE_SECONDS + 10)
            assert client.recv(1) == b""
        assert time.monotonic() - began > patience.WHOLE_SECONDS - 2
