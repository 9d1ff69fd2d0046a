"""The gateway of deploy/gateway.conf on this machine: nginx where it is installed, else a small proxy by its map."""

from __future__ import annotations

import http.client
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from dev.ports import LOOPBACK, is_listening, wait_until

CONF = Path(__file__).parents[2] / "deploy" / "gateway.conf"
_LINE = re.compile(r"^\s+(default|~\S+)\s+(\w+)-web:\d+;$", re.MULTILINE)
_HOP = ("connection", "keep-alive", "transfer-encoding", "server", "date")


def rules() -> list[tuple[re.Pattern[str], str]]:
    """The map's (pattern, service) in order; `default` comes last and takes everything."""
    text = CONF.read_text()
    found = _LINE.findall(text[: text.index("log_format")])
    named = [
        (re.compile(pattern.removeprefix("~")), service) for pattern, service in found if pattern != "default"
    ]
    return [*named, *((re.compile(""), service) for pattern, service in found if pattern == "default")]


def service_of(path: str) -> str:
    """Which service the gateway asks for this path."""
    return next(service for pattern, service in rules() if pattern.search(path))


@contextmanager
def running(port: int, addresses: Mapping[str, str], folder: Path) -> Iterator[str]:
    """The one origin at `port` in front of `addresses` {service: host:port}; its URL."""
    start = _nginx if shutil.which("nginx") else _proxy
    with start(port, addresses, folder):
        wait_until(lambda: is_listening(port), "the gateway's start")
        yield f"http://{LOOPBACK}:{port}"


@contextmanager
def _nginx(port: int, addresses: Mapping[str, str], folder: Path) -> Iterator[None]:
    conf = (
        CONF.read_text()
        .replace("listen 8080", f"listen {LOOPBACK}:{port}")
        .replace("/dev/stdout without_query", "off")
    )
    for service, address in addresses.items():
        conf = re.sub(rf"{service}-web:\d+", address, conf)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(f"events {{}} http {{ {temporary} {conf} }}")
    setup = f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;"
    arguments = [
        "nginx",
        "-p",
        str(folder),
        "-c",
        str(folder / "nginx.conf"),
        "-e",
        f"{folder}/error.log",
        "-g",
        setup,
    ]
    process = subprocess.Popen(arguments)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def _proxy(port: int, addresses: Mapping[str, str], folder: Path) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def _pass(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                self.send_error(404)
                return
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            headers |= {
                "X-Forwarded-For": self.client_address[0],
                "X-Forwarded-Host": self.headers["Host"],
                "X-Forwarded-Proto": "http",
            }
            upstream = http.client.HTTPConnection(addresses[service_of(path)], timeout=30)
            upstream.request(self.command, self.path, self.rfile.read(length), headers)
            answer = upstream.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in (*_HOP, "content-length"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _pass

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
