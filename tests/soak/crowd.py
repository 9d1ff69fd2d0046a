"""Many HTTP clients in one thread: each request is begun at its moment, whatever becomes of the ones before.

What goes wrong is told apart by what a client can know: `refused` – nobody took the connection; `cut` – the connection
stood and ended without an answer; `timeout` – nothing came in time.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
TIMEOUT_SECONDS = 10.0  # the widget's
REST_SECONDS = (
    1.0  # a kept connection is used again within this time: servers close idle ones after some more
)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.I)
_RETRY = re.compile(rb"\r\nretry-after: *(\d+)", re.I)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.I)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the request marked `tag`: an HTTP status, or 0 and how it failed. `seconds` since it was begun."""

    tag: int
    status: int
    seconds: float
    retry_after: float | None = None
    failed: str = ""


@dataclass(eq=False, slots=True)
class _Line:
    """One connection and the request on it."""

    socket: socket.socket
    tag: int = -1
    began: float = 0.0
    is_up: bool = False
    once: bool = False
    unsent: bytes = b""
    read: bytearray = field(default_factory=bytearray)


class Crowd:
    """Clients of `port`; at most `most` connections at a time."""

    def __init__(self, port: int, most: int) -> None:
        self._address, self._most = (LOOPBACK, port), most
        self._selector = selectors.DefaultSelector()
        self._idle: deque[_Line] = deque()
        self._busy: dict[_Line, None] = {}  # in the order of their beginning
        self.opened = 0

    @property
    def busy(self) -> int:
        return len(self._busy)

    def begin(self, tag: int, request: bytes, *, fresh: bool = False) -> bool:
        """Send a request, on a connection of its own where it is to be `fresh`; False where all are in use."""
        now = time.monotonic()
        while self._idle and (self._idle[0].began < now - REST_SECONDS):
            self._close(self._idle.popleft())
        line = None if fresh or not self._idle else self._idle.pop()
        if line is None:
            if len(self._busy) >= self._most:
                return False
            line = self._open()
        line.tag, line.began, line.unsent, line.once = tag, now, request, fresh
        line.read.clear()
        self._busy[line] = None
        self._selector.modify(line.socket, selectors.EVENT_WRITE, line)
        return True

    def outcomes(self, timeout: float) -> Iterator[Outcome]:
        """What has been decided within `timeout` seconds."""
        for key, _ in self._selector.select(timeout):
            line: _Line = key.data
            if line not in self._busy:  # the server closed an idle connection, as it may
                self._idle.remove(line)
                self._close(line)
                continue
            try:
                found = self._go_on(line)
            except OSError as error:
                refused = isinstance(error, ConnectionRefusedError) and not line.is_up
                found = self._over(line, 0, failed="refused" if refused else "cut")
            if found is not None:
                yield found
        oldest = time.monotonic() - TIMEOUT_SECONDS
        while self._busy and (line := next(iter(self._busy))).began < oldest:
            yield self._over(line, 0, failed="timeout")

    def close(self) -> None:
        for line in [*self._idle, *self._busy]:
            self._close(line)
        self._selector.close()

    def _open(self) -> _Line:
        made = socket.socket()
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.connect_ex(self._address)
        self.opened += 1
        line = _Line(made)
        self._selector.register(made, selectors.EVENT_WRITE, line)
        return line

    def _go_on(self, line: _Line) -> Outcome | None:
        """Connect, send or receive what is possible now."""
        if line.unsent:
            if not line.is_up:
                if code := line.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                    raise OSError(code, "connect")
                line.is_up = True
            line.unsent = line.unsent[line.socket.send(line.unsent) :]
            if not line.unsent:
                self._selector.modify(line.socket, selectors.EVENT_READ, line)
            return None
        part = line.socket.recv(65_536)
        line.read += part
        head, end, body = bytes(line.read).partition(b"\r\n\r\n")
        length = _LENGTH.search(head) if end else None
        if length and len(body) >= int(length[1]):
            retry = _RETRY.search(head)
            return self._over(
                line,
                int(head[9:12]),
                retry_after=float(retry[1]) if retry else None,
                keep=not line.once and not _CLOSE.search(head),
            )
        if not part:
            raise ConnectionError("closed without an answer")
        return None

    def _over(
        self,
        line: _Line,
        status: int,
        *,
        retry_after: float | None = None,
        failed: str = "",
        keep: bool = False,
    ) -> Outcome:
        del self._busy[line]
        now = time.monotonic()
        found = Outcome(line.tag, status, now - line.began, retry_after, failed)
        if keep:
            line.began = now
            self._idle.append(line)
        else:
            self._close(line)
        return found

    def _close(self, line: _Line) -> None:
        self._selector.unregister(line.socket)
        line.socket.close()
