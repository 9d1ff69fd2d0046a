"""The network between our processes and the database: a TCP proxy that is slow, cuts every connection, or holds up
the one commit that a kill is aimed at, as told."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from collections.abc import Callable

from dev import ports
from tests.chaos.wire import Wire

CHUNK = 65_536
HELD_SECONDS = 10  # the longest that a commit is held up


class Ambush:
    """Waits for the next commit of the process `name` that writes anything, and holds it up.

    `before`: the server has not heard of it yet; else it is done, and the process has not heard of that. `statement`:
    only where one that holds these words has changed rows.
    """

    def __init__(self, name: str, *, before: bool, statement: str = "") -> None:
        self.name, self.before, self.statement = name, before, statement.encode()
        self.there = threading.Event()
        self._over = threading.Event()
        self._ends = False

    def release(self, *, ends: bool) -> None:
        """Let it go on, or end its connection instead."""
        self._ends = ends
        self._over.set()

    def hold(self) -> None:
        """Called by whom it waits for. Raises ConnectionAbortedError where the connection ends here."""
        self.there.set()
        self._over.wait(HELD_SECONDS)
        if self._ends:
            raise ConnectionAbortedError


class Network:
    """Passes on what comes to `port` to the loopback port that `target` names at that moment."""

    def __init__(self, target: Callable[[], int]) -> None:
        self.target = target
        self.delay = 0.0  # seconds each chunk takes, one way, on average: from nothing to twice as long
        self.is_down = False
        self._open: set[socket.socket] = set()
        self._ambushes: list[Ambush] = []
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

    def lay(self, ambush: Ambush) -> None:
        """Hold up the next commit it waits for."""
        with self._lock:
            self._ambushes.append(ambush)

    def lift(self, ambush: Ambush) -> None:
        """Wait no longer."""
        with self._lock, contextlib.suppress(ValueError):
            self._ambushes.remove(ambush)

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
        wire = Wire()
        for one, other, asks in ((ours, theirs, True), (theirs, ours, False)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._pass, args=(one, other, wire, asks), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, wire: Wire, asks: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                time.sleep(random.uniform(0, 2) * self.delay)
                if written := wire.asked(data) if asks else wire.told(data):
                    self._meet(wire.name, asks, written)
                sink.sendall(data)
        with self._lock:
            self._open -= {source, sink}
        _shut(source)
        _shut(sink)

    def _meet(self, name: str, before: bool, written: bytes) -> None:
        with self._lock:
            found = next(
                (
                    one
                    for one in self._ambushes
                    if (one.name, one.before) == (name, before) and one.statement in written
                ),
                None,
            )
            if found is not None:
                self._ambushes.remove(found)
        if found is not None:
            found.hold()


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
