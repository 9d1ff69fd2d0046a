"""Gunicorn's threaded worker, but a thread is given to whole requests only (`arriving`), and never waits for long.

Gunicorn's own gives a connection a thread at its first byte and lets it wait there without end: as many connections as
there are threads, each with half a request, and nobody else is answered. So it is with clients that do not take their
answer in (`leaving`).
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from shared.web.server.arriving import CONTINUE, Arrival, Come
from shared.web.server.leaving import SEND_SECONDS, Leaving

WHOLE_SECONDS = 20.0  # from the first byte of a request that fits into memory to its last
# A large body: so long, and longer by what came.
BODY_SECONDS, BODY_BYTES_A_SECOND = 10.0, 8_192
# Of all that is still coming in, and of all that is not taken; beyond it, who is slowest goes.
MOST_HELD = MOST_UNSENT = 64 * 1024 * 1024
_CHUNK = 65_536
_NONSENSE = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class PatientWorker(ThreadWorker):
    """See above; the names are gunicorn's."""

    def init_process(self) -> None:
        self._arriving: deque[TConn] = deque()  # in order of their time, which is the same for all
        self._held = 0
        self._leaving: dict[TConn, tuple[Leaving, Callable[[], None]]] = {}
        self._looked = 0.0
        super().init_process()

    def on_pending_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """The first bytes of a new connection."""
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        self._arrives(conn, client)

    def on_client_socket_readable(self, conn: TConn, client: socket.socket) -> None:
        """The first bytes of a further request on a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._arrives(conn, client)

    def murder_pending(self) -> None:
        """Close also what took too long to arrive, and who takes too long to take in."""
        super().murder_pending()
        now = time.monotonic()
        while self._arriving and (self._arriving[0].timeout <= now or self._held > MOST_HELD):
            self._give_up(self._arriving[0])
        if now - self._looked < 1:
            return
        self._looked = now
        unsent = sum(len(leaving.left) for leaving, _ in self._leaving.values())
        for conn, (leaving, _) in list(self._leaving.items()):
            if leaving.ends <= now or unsent > MOST_UNSENT:
                unsent -= len(leaving.left)
                self._give_up_on(conn)

    def handle(self, conn: TConn) -> Any:
        """In a thread: gunicorn's parser begins with what came already."""
        conn.sock.setblocking(True)
        conn.init()
        unreader = conn.parser.unreader
        unreader.unread(bytes(conn.__dict__.pop("arrival", Arrival()).held))
        unreader.sock = _Paced(conn.sock)
        return super().handle(conn)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        """In a thread: as gunicorn's, but what the client does not take at once stays with `conn.leaving`."""
        conn.leaving = Leaving(conn.sock)
        door, conn.sock = conn.sock, conn.leaving
        try:
            return super().handle_request(req, conn)
        finally:
            conn.sock = door
            door.settimeout(SEND_SECONDS)

    def _keepalive_after(self, conn: TConn, keepalive: Any) -> bool:
        """No further request where the rest of a body nobody wanted is still to come; gunicorn would wait for it."""
        conn.parser.unreader.sock.end()
        return bool(keepalive and conn.parser.finish_body())

    def _arrives(self, conn: TConn, client: socket.socket, begun: bytes = b"") -> None:
        """Wait for a request, of which `begun` came with the one before it, without a thread."""
        conn.arrival = Arrival()
        conn.timeout = time.monotonic() + WHOLE_SECONDS
        client.setblocking(False)
        self.poller.register(client, selectors.EVENT_READ, partial(self._more, conn))
        self._arriving.append(conn)
        if begun:
            self._grown(conn, client, begun)
        else:
            self._more(conn, client)

    def _more(self, conn: TConn, client: socket.socket) -> None:
        try:
            data = client.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._grown(conn, client, data)
        else:
            self._give_up(conn)

    def _grown(self, conn: TConn, client: socket.socket, data: bytes) -> None:
        before = len(conn.arrival.held)
        found = conn.arrival.take(data)
        wants_a_word = found is Come.PART and conn.arrival.invite()
        self._held += len(conn.arrival.held) - before
        if found is Come.PART:
            if wants_a_word:  # or it would wait for ever
                self._say(client, CONTINUE)
        elif found is Come.ENOUGH:
            self._leave(conn)
            conn.data_ready = True
            self._enter(conn)
        else:
            self._say(client, _TOO_LARGE if found is Come.TOO_MUCH else _NONSENSE)
            self._give_up(conn)

    def _enter(self, conn: TConn) -> None:
        """A whole request wants a thread."""
        self.enqueue_req(conn)

    def _take_leave(self, conn: TConn, then: Callable[[], None]) -> None:
        """Do `then` once the client has the whole answer."""
        leaving: Leaving | None = conn.__dict__.pop("leaving", None)
        if not leaving or not leaving.left:
            then()
            return
        leaving.begin_to_wait()
        conn.sock.setblocking(False)
        self._leaving[conn] = leaving, then
        self.poller.register(conn.sock, selectors.EVENT_WRITE, partial(self._take_in, conn))

    def _take_in(self, conn: TConn, client: socket.socket) -> None:
        leaving, then = self._leaving[conn]
        try:
            if not leaving.go_on():
                return
        except OSError:
            self._give_up_on(conn)
            return
        del self._leaving[conn]
        self.poller.unregister(client)
        then()

    def _give_up_on(self, conn: TConn) -> None:
        del self._leaving[conn]
        self.poller.unregister(conn.sock)
        self.nr_conns -= 1
        conn.close()

    def _say(self, client: socket.socket, words: bytes) -> None:
        with contextlib.suppress(OSError):
            client.send(words)

    def _leave(self, conn: TConn) -> None:
        self.poller.unregister(conn.sock)
        self._arriving.remove(conn)
        self._held -= len(conn.arrival.held)

    def _give_up(self, conn: TConn) -> None:
        self._leave(conn)
        self.nr_conns -= 1
        conn.close()


class _Paced:
    """A socket to read from, which raises TimeoutError where too little comes."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._ends = sock, time.monotonic() + BODY_SECONDS

    def end(self) -> None:
        """Nothing more is waited for."""
        self._ends = 0.0

    def recv(self, size: int) -> bytes:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("what has not come by now is not waited for")
        self._sock.settimeout(left)
        try:
            data = self._sock.recv(size)
        finally:
            self._sock.settimeout(SEND_SECONDS)
        self._ends += len(data) / BODY_BYTES_A_SECOND
        return data
