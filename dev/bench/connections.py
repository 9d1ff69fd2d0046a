"""A cheap HTTP client: keep-alive sockets in one thread, so that measuring takes little of the machine."""

from __future__ import annotations

import re
import selectors
import socket
from collections import deque
from collections.abc import Iterator

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.I)


class Connection:
    """One request at a time on one socket. `tag` is the caller's mark of the request under way."""

    def __init__(self, host: str, port: int) -> None:
        self.address = (host, port)
        self.tag = ""
        self._waiting = b""
        self.open()

    def open(self) -> None:
        self.socket = socket.create_connection(self.address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes, tag: str) -> None:
        self.tag = tag
        self._waiting = b""
        self.socket.sendall(request)

    def receive(self) -> int | None:
        """The status once the whole answer is here, else None. Raises ConnectionError where the server hung up."""
        part = self.socket.recv(65_536)
        if not part:
            raise ConnectionError("the server closed the connection in the middle of a request")
        self._waiting += part
        head, end, body = self._waiting.partition(b"\r\n\r\n")
        length = _LENGTH.search(head + b"\r\n") if end else None
        return int(head[9:12]) if length and len(body) >= int(length[1]) else None


class Connections:
    """Several connections to one server, used by turns."""

    def __init__(self, host: str, port: int, number: int) -> None:
        self._selector = selectors.DefaultSelector()
        self._idle = deque(Connection(host, port) for _ in range(number))
        for connection in self._idle:
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def send(self, request: bytes, tag: str) -> bool:
        """Send on the connection idle for longest; False where all are busy."""
        if not self._idle:
            return False
        self._idle.popleft().send(request, tag)
        return True

    def answers(self, timeout: float) -> Iterator[tuple[str, int]]:
        """(tag, status) of the answers that came within `timeout` seconds."""
        for key, _ in self._selector.select(timeout):
            connection: Connection = key.data
            if connection in self._idle:  # the server hung up on it, as it may
                self._selector.unregister(connection.socket)
                connection.open()
                self._selector.register(connection.socket, selectors.EVENT_READ, connection)
            elif (status := connection.receive()) is not None:
                self._idle.append(connection)
                yield connection.tag, status


def post(host: str, port: int, path: str, body: bytes) -> bytes:
    """The bytes of a POST of JSON."""
    head = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
