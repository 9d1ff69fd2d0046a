"""A little internet on the loopback address: one HTTPS server that stands for any host whose name is led to it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme

resolve = socket.getaddrinfo


@dataclass
class Request:
    """One request: the TLS server name, the path with its query, headers in lower case, and the body."""

    server_name: str | None
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """`status`, `headers` and `says` are the answer to everything; `ca` is the file with its authority."""

    port: int
    ca: Path
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    status: int = 200
    says: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def site(folder: Path, *names: str) -> Iterator[Site]:
    """A running HTTPS server with a certificate for `names`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    context.sni_callback = lambda opened, name, _: setattr(opened, "name_asked_for", name)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    running = Site(server.server_address[1], folder / "ca.pem")
    server.RequestHandlerClass = _handler(running, context)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def lead(monkeypatch: pytest.MonkeyPatch, answer: Callable[[str], list[tuple[str, int]] | None]) -> list[str]:
    """A DNS of the test's own: `answer(name)` gives (address, port) pairs, None for what is resolved as ever.

    The names that were asked for come back, in order.
    """
    asked: list[str] = []

    def getaddrinfo(host: Any, port: Any, *how: Any, **options: Any) -> Any:
        found = answer(str(host))
        if found is None or options.get("flags", 0) & socket.AI_NUMERICHOST:
            return resolve(host, port, *how, **options)
        asked.append(str(host))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", entry) for entry in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def _handler(running: Site, context: ssl.SSLContext) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            running.connections += 1
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked_for = getattr(self.request, "name_asked_for", None)
            running.requests.append(Request(asked_for, self.path, headers, body))
            self.send_response(running.status)
            for name, value in running.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(running.says)))
            self.end_headers()
            self.wfile.write(running.says)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    return Handler
