"""Gunicorn's threaded worker, with what it lacks where nobody stands between it and the world.

- It has a bounded queue: beyond WAITING_A_THREAD requests for each thread the next is refused at once, by the thread
  that accepts, so that those let in are answered soon and the rest know when to come again.
- A connection gets a thread when it has said something, not before, and waits for nobody when it is closed.
- At its end it takes in all that stands at the door, and closes the door at once (`last_call`).

Imported by gunicorn's master, so `busy` with its metrics is imported when a worker runs.
"""

from __future__ import annotations

import contextlib
import errno
import resource
import selectors
import socket
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

from gunicorn.workers.gthread import TConn

from shared.web.server.patience import PatientWorker

if TYPE_CHECKING:
    from shared.web.server.busy import Told

WAITING_A_THREAD = 8
SETTLE_SECONDS = 0.2  # at a stop, for those who had knocked before newcomers were turned away
LINGER_SECONDS = 2.0
FULL_SECONDS = 0.05  # when no more files may be open: gunicorn's would end, with all it has in hand
SWITCH_SECONDS = (
    0.001  # the accepting thread gets its turn among busy ones five times sooner than Python's 5 ms
)
AT_ONCE = 32
OTHER_FILES = 128
_CHUNK = 65_536


class Worker(PatientWorker):
    """See above; the names without an underscore are gunicorn's."""

    def init_process(self) -> None:
        self.worker_connections = _files(self.cfg.worker_connections)
        self.max_keepalived = self.worker_connections // 4  # the rest is for who has something to say
        self._in_hand, self._most = 0, (1 + WAITING_A_THREAD) * self.cfg.threads
        sys.setswitchinterval(SWITCH_SECONDS)
        super().init_process()

    def load_wsgi(self) -> None:
        super().load_wsgi()
        from shared.web.server import busy

        self._busy = busy
        self._told: Told = busy.Told(self.wsgi.name)

    def accept(self, listener: Any) -> None:
        """Take what waits at the door, many at a time."""
        for _ in range(AT_ONCE):
            if not self._take(listener):
                return

    def enqueue_req(self, conn: TConn) -> None:
        self._in_hand += 1
        super().enqueue_req(conn)

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Close without waiting for the client: gunicorn would let everybody else wait for up to 2 s meanwhile."""
        self._in_hand -= 1
        if fs.cancelled() or fs.exception() is not None:
            super().finish_request(conn, fs)
        else:
            self._take_leave(conn, partial(self._finish, conn, fs))

    def _finish(self, conn: TConn, fs: Future[Any]) -> None:
        """The client has its answer."""
        if not fs.result():
            self._part(conn)
        elif begun := conn.parser.unreader.take_buffered():  # gunicorn would give what has begun a thread
            self._arrives(conn, conn.sock, begun)
        else:
            super().finish_request(conn, fs)

    def _enter(self, conn: TConn) -> None:
        """Refuse a request where too much is in hand."""
        head = bytes(conn.arrival.held)
        if self._in_hand < self._most or self._busy.is_always_let_in(head):
            super()._enter(conn)
        else:
            self._say(conn.sock, self._busy.refusal(head))
            self._told.refused(self._in_hand)
            self._part(conn)

    def set_accept_enabled(self, enabled: bool) -> None:
        """As gunicorn's; at the end of a stopping worker what stands at the door is taken in, and the door closed."""
        if enabled or self.alive:
            super().set_accept_enabled(enabled)
            return
        deadline = time.monotonic() + SETTLE_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            self.notify()
            self.wait_for_and_dispatch_events(left)
        super().set_accept_enabled(False)
        for listener in self.sockets:
            while self._take(listener):
                pass
            listener.close()
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, time.monotonic() + LINGER_SECONDS)

    def _take(self, listener: Any) -> bool:
        """Take a new connection and wait for its first bytes without a thread; False where none was waiting."""
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return False
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            time.sleep(FULL_SECONDS)
            return False
        self.nr_conns += 1
        conn = TConn(self.cfg, client, address, listener.getsockname())
        self._watch(conn, self.on_pending_socket_readable, self.cfg.keepalive)
        return True

    def _part(self, conn: TConn) -> None:
        """Nothing more is said to this client; what it still says is read, or its kernel drops our last word."""
        try:
            conn.sock.shutdown(socket.SHUT_WR)
            self._watch(conn, self._read_on, LINGER_SECONDS)
        except (OSError, ValueError):
            self._drop(conn)

    def _read_on(self, conn: TConn, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if client.recv(_CHUNK):
                return
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        self._drop(conn)

    def _watch(self, conn: TConn, then: Callable[[TConn, socket.socket], None], seconds: float) -> None:
        """Do `then` when something comes; forget the connection after its time."""
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + seconds
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(then, conn))
        self.pending_conns.append(conn)

    def _drop(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()


def _files(wanted: int) -> int:
    """As many connections as are wanted, or as files may be open beside them; the limit is raised as far as it goes."""
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    raised = max(limit, min(most, wanted + OTHER_FILES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (raised, most))
    return min(wanted, raised - OTHER_FILES)
