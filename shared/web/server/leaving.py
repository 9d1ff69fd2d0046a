"""An answer on its way out: what the client does not take at once waits here, and the thread is free.

A client that reads slowly, or nothing, would hold a thread; as many of them as there are threads, and nobody else is
answered.
"""

from __future__ import annotations

import socket
import time
from typing import Any

MOST_LEFT = 2 * 1024 * 1024  # of one answer; who streams more waits with a thread for its client
SEND_SECONDS, BYTES_A_SECOND = 10.0, 8_192


class Leaving:
    """What a thread writes to, in place of the socket; `left` is what the client has not taken."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self.left = sock, bytearray()
        self.ends = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def send(self, data: bytes) -> int:
        self.sendall(data)
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Send what goes at once. Raises TimeoutError where the client is too slow for what has no room here."""
        self.left += data
        self.go_on()
        ends = time.monotonic() + SEND_SECONDS
        while len(self.left) > MOST_LEFT:
            wait = ends - time.monotonic()
            if wait <= 0:
                raise TimeoutError("the client takes too little")
            self._sock.settimeout(wait)
            self._forget(self._sock.send(self.left))

    def go_on(self) -> bool:
        """Send what the client takes now; whether that was all. Raises OSError where it is gone."""
        self._sock.setblocking(False)
        try:
            while self.left:
                self._forget(self._sock.send(self.left))
        except BlockingIOError:
            pass
        return not self.left

    def begin_to_wait(self) -> None:
        """From now on the client has a time to take the rest in."""
        self.ends = time.monotonic() + SEND_SECONDS + len(self.left) / BYTES_A_SECOND

    def _forget(self, sent: int) -> None:
        del self.left[:sent]
