"""A listening socket about to close turns newcomers away first, so that nobody who got through to it is cut off.

Between the last accept and the close a client's handshake may complete: it would believe itself connected, send its
request, and be reset. A filter on the socket drops what opens a connection and lets everything else pass: who comes
now tries again by himself after a second (TCP does), and finds our successor, or nobody; who is half through the door
comes in. Linux only; elsewhere that gap of microseconds stays.
"""

from __future__ import annotations

import contextlib
import ctypes
import socket
import struct
from collections.abc import Callable
from typing import Any

SO_ATTACH_FILTER = 26
# Classic BPF over the TCP header: A = flags (byte 13); A &= SYN|ACK; A == SYN → keep 0 bytes, else all of them.
_CODE = (
    (0x30, 0, 0, 13),
    (0x54, 0, 0, 0x12),
    (0x15, 0, 1, 0x02),
    (0x06, 0, 0, 0),
    (0x06, 0, 0, 0xFFFF_FFFF),
)


def turn_away(listener: socket.socket) -> bool:
    """Drop whatever would open a new connection to `listener`, for good; False where this system cannot."""
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in _CODE))
    try:
        listener.setsockopt(
            socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", len(_CODE), ctypes.addressof(code))
        )
    except OSError:
        return False
    return True


def before_stopping(server: Any) -> Callable[[bool], None]:
    """Gunicorn's `server.stop`, after turning newcomers away; a socket of systemd's outlives us and stays open."""
    stop = server.stop

    def stop_well(graceful: bool = True) -> None:
        if not server.systemd:
            for listener in server.LISTENERS:
                with contextlib.suppress(OSError, AttributeError):
                    turn_away(listener.sock)
        stop(graceful)

    return stop_well
