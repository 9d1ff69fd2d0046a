"""Gunicorn's threaded worker, but a thread is given to whole requests only (`arriving`), and never waits for long.

Gunicorn's own gives a connection a thread at its first byte and lets it wait there without end: as many connections as
there are threads, each with half a request, and nobody else is answered.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections import deque
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from shared.web.server.arriving import CONTINUE, Come, come, invited

WHOLE_SECONDS = 20.0  # from the first byte of a request that fits into memory to its last
SEND_SECONDS = 10.0  # for each piece of an answer
# A large body: so long, and longer by what came.
BODY_SECONDS, BODY_BYTES_A_SECOND = 10.0, 8_192
_CHUNK = 65_536
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class PatientWorker(ThreadWorker):
    """See above; the names are gunicorn's."""

    def init_process(self) -> None:
        self._arriving: deque[TConn] = deque()  # in order of their time, which is the same for all
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
        """Close also what took too long to arrive."""
        super().murder_pending()
        while self._arriving and self._arriving[0].timeout <= time.monotonic():
            self._give_up(self._arriving[0])

    def handle(self, conn: TConn) -> Any:
        """In a thread: gunicorn's parser begins with what came already."""
        conn.sock.setblocking(True)
        conn.init()
        unreader = conn.parser.unreader
        unreader.unread(conn.__dict__.pop("held", b""))
        unreader.sock = _Paced(conn.sock)
        return super().handle(conn)

    def handle_request(self, req: Any, conn: TConn) -> Any:
        conn.sock.settimeout(SEND_SECONDS)
        return super().handle_request(req, conn)

    def _keepalive_after(self, conn: TConn, keepalive: Any) -> bool:
        """No further request where the rest of a body nobody wanted is still to come; gunicorn would wait for it."""
        conn.parser.unreader.sock = _Nothing()
        return bool(keepalive and conn.parser.finish_body())

    def _arrives(self, conn: TConn, client: socket.socket) -> None:
        conn.held = b""
        conn.timeout = time.monotonic() + WHOLE_SECONDS
        client.setblocking(False)
        self.poller.register(client, selectors.EVENT_READ, partial(self._more, conn))
        self._arriving.append(conn)
        self._more(conn, client)

    def _more(self, conn: TConn, client: socket.socket) -> None:
        try:
            data = client.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._give_up(conn)
            return
        conn.held += data
        found = come(conn.held)
        if found is Come.PART:
            self._invite(conn, client)
        elif found is Come.TOO_MUCH:
            self._say(client, _TOO_LARGE)
            self._give_up(conn)
        else:
            self._leave(conn)
            conn.data_ready = True
            self.enqueue_req(conn)

    def _invite(self, conn: TConn, client: socket.socket) -> None:
        """A client that waits to be told to go on would wait for ever."""
        if (without := invited(conn.held)) is not None:
            conn.held = without
            self._say(client, CONTINUE)

    def _say(self, client: socket.socket, words: bytes) -> None:
        with contextlib.suppress(OSError):
            client.send(words)

    def _leave(self, conn: TConn) -> None:
        self.poller.unregister(conn.sock)
        self._arriving.remove(conn)

    def _give_up(self, conn: TConn) -> None:
        self._leave(conn)
        self.nr_conns -= 1
        conn.close()


class _Nothing:
    """A socket from which nothing more is wanted."""

    def recv(self, size: int) -> bytes:
        raise TimeoutError("what has not come by now is not waited for")


class _Paced:
    """A socket to read from, which raises TimeoutError where too little comes."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._ends = sock, time.monotonic() + BODY_SECONDS

    def recv(self, size: int) -> bytes:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the body came too slowly")
        self._sock.settimeout(left)
        try:
            data = self._sock.recv(size)
        finally:
            self._sock.settimeout(SEND_SECONDS)
        self._ends += len(data) / BODY_BYTES_A_SECOND
        return data
