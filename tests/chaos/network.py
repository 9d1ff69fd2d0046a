"""The network between our processes and the database: a TCP proxy that is slow, or cuts every connection, as told."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable

from dev import ports

CHUNK = 65_536


class Network:
    """Passes on what comes to `port` to the loopback port that `target` names at that moment."""

    def __init__(self, target: Callable[[], int]) -> None:
        self.target = target
        self.delay = 0.0  # seconds each chunk takes, one way
        self.is_down = False
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener = socket.create_server((ports.LOOPBACK, 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """End every connection in the middle of what it does."""
        with self._lock:
            connections, self._open = self._open, set()
        for connection in connections:
            _shut(connection)

    def heal(self) -> None:
        self.delay, self.is_down = 0.0, False

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(ours,), daemon=True).start()

    def _connect(self, ours: socket.socket) -> None:
        try:
            if self.is_down:
                raise ConnectionRefusedError
            theirs = socket.create_connection((ports.LOOPBACK, self.target()), timeout=10)
        except OSError:
            ours.close()
            return
        theirs.settimeout(None)
        with self._lock:
            self._open |= {ours, theirs}
        for one, other in ((ours, theirs), (theirs, ours)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                time.sleep(self.delay)
                sink.sendall(data)
        with self._lock:
            self._open -= {source, sink}
        _shut(source)
        _shut(sink)


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
