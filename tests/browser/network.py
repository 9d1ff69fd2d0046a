"""What lies between a browser and the service: a proxy that cuts, delays, refuses and loses, as told."""

from __future__ import annotations

import http.client
import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from dev import ports

# What can become of one POST, in the order of the way: before it arrives, after it was stored, or refused.
CUT_BEFORE, CUT_DURING, LOST, BUSY, TOO_MANY, HANGS, HANGS_STORED = (
    "cut before", "cut during", "lost 201", "503", "429", "hangs", "hangs after storing",
)  # fmt: skip
LATE = "late"  # on its way until the network heals, when nobody waits for it any more
FAULTS = (CUT_BEFORE, CUT_DURING, LOST, BUSY, TOO_MANY, HANGS, HANGS_STORED)
_RESET = struct.pack("ii", 1, 0)


class Network(ThreadingHTTPServer):
    """A proxy in front of `service`. `faults` are used up by the POSTs of answers,
    one each; `is_cut` refuses everything; `delay` is
    how long such a POST takes, in seconds, and `retry_after` what a refusal asks for."""

    daemon_threads = True

    def __init__(self, service: str) -> None:
        super().__init__((ports.LOOPBACK, 0), Handler)
        self.address = urlsplit(service).netloc
        self.overtaken = threading.Event()  # a late POST has arrived
        self.heal()

    @property
    def url(self) -> str:
        return f"http://{ports.LOOPBACK}:{self.server_address[1]}"

    def heal(self) -> None:
        """Everything passes from now on, and what hangs is let go (and closed)."""
        self.faults: list[str] = []
        self.is_cut = False
        self.form_hangs = False
        self.delay = 0.0
        self.retry_after = 2
        self.posts: list[str] = []
        getattr(self, "healed", threading.Event()).set()
        self.healed = threading.Event()

    def handle_error(self, request: object, client_address: object) -> None:
        """Broken connections are what this is for."""


class Handler(BaseHTTPRequestHandler):
    """One request on its way."""

    server: Network

    def do_GET(self) -> None:
        if self.server.form_hangs and "/form" in self.path:
            self._hang()
        elif self.server.is_cut:
            self._reset()
        else:
            self._pass(b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        network = self.server
        fault = None
        if "/responses" in self.path:  # not a display's count
            fault = network.faults.pop(0) if network.faults else None
            network.posts.append(self.path)
            time.sleep(network.delay)
        if network.is_cut or fault == CUT_BEFORE:
            self._reset()
        elif fault == CUT_DURING:
            self._cut_during(body)
        elif fault in (BUSY, TOO_MANY):
            self._refuse(int(fault))
        elif fault == LATE:
            self._arrive_late(body)
        elif fault == HANGS:
            self._hang()
        elif fault in (LOST, HANGS_STORED):
            self._ask(body).read()
            self._hang() if fault == HANGS_STORED else self._reset()
        else:
            self._pass(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _ask(self, body: bytes) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(self.server.address, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        connection.request(self.command, self.path, body or None, headers)
        return connection.getresponse()

    def _pass(self, body: bytes) -> None:
        answer = self._ask(body)
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "transfer-encoding", "server", "date"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _cut_during(self, body: bytes) -> None:
        """Half of the request reaches the service."""
        host, port = self.server.address.split(":")
        with socket.create_connection((host, int(port))) as half:
            head = f"POST {self.path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(body)}\r\n\r\n"
            half.sendall(head.encode() + body[: len(body) // 2])
        self._reset()

    def _refuse(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Expose-Headers", "Retry-After")
        self.send_header("Retry-After", str(self.server.retry_after))
        self.end_headers()

    def _arrive_late(self, body: bytes) -> None:
        self.server.healed.wait(60)
        self._ask(body).read()
        self.server.overtaken.set()
        self._reset()

    def _hang(self) -> None:
        self.server.healed.wait(60)
        self._reset()

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.close_connection = True
        self.connection.close()
