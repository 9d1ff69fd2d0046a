"""A webhook receiver that fails three calls of ten: with an error, with a connection that breaks, with silence."""

from __future__ import annotations

import random
import socket
import struct
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

from standardwebhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TAKES, ERROR, BREAKS, SILENT = "takes", "error", "breaks", "silent"
OF_TEN = [TAKES] * 7 + [ERROR, BREAKS, SILENT]
SILENCE_SECONDS = 30
ANSWER_SECONDS = 0.3  # what a receiver takes to answer: time in which the notifier can be killed


@dataclass
class Receiver:
    """What came: the incidents each message told of, and what happened to each call, by webhook-id."""

    port: int
    rng: random.Random
    told: dict[str, set[frozenset[str]]] = field(default_factory=lambda: defaultdict(set))
    calls: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    over: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)
    _deck: list[str] = field(default_factory=list)

    @property
    def channel(self) -> dict[str, str]:
        return {"kind": "webhook", "url": f"http://127.0.0.1:{self.port}/in", "secret": SECRET}

    @property
    def count(self) -> int:
        """How many calls came."""
        with self._lock:
            return sum(map(len, self.calls.values()))

    @property
    def taken(self) -> set[str]:
        """The incidents of which a message was taken."""
        ids = {id_ for id_, calls in self.calls.items() if TAKES in calls}
        return {incident for id_ in ids for told in self.told[id_] for incident in told}

    def take(self, headers: dict[str, str], body: bytes) -> str:
        """Note a call; what is to happen to it. Raises where its signature is wrong."""
        payload = Webhook(SECRET).verify(body, headers)
        parts = [payload["data"], *payload["data"].get("merged", [])]
        assert {part["kind"] for part in parts} == {"opened"}
        with self._lock:
            self._deck = self._deck or self.rng.sample(OF_TEN, len(OF_TEN))
            fate = self._deck.pop()
            self.calls[headers["webhook-id"]].append(fate)
            self.told[headers["webhook-id"]].add(frozenset(part["incident"] for part in parts))
        return fate


@contextmanager
def receiving(rng: random.Random) -> Iterator[Receiver]:
    """A running receiver."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    receiver = Receiver(server.server_address[1], rng)
    server.RequestHandlerClass = _handler(receiver)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            fate = receiver.take(headers, body)
            if fate in (TAKES, ERROR):
                time.sleep(ANSWER_SECONDS)
                self.send_response(204 if fate == TAKES else 500)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.close_connection = True
            if fate == SILENT:
                receiver.over.wait(SILENCE_SECONDS)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Handler
