"""TCP ports on the loopback address: finding free ones and waiting for a listener."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port nobody listens on at the moment, of the kernel's choosing."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def next_free_port(wanted: int, taken: set[int]) -> int:
    """The first port from `wanted` upwards that is free and not in `taken`."""
    return next(port for port in range(wanted, 65536) if port not in taken and is_free(port))


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now, on all addresses (so nothing else answers there)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True


def is_listening(port: int) -> bool:
    """Whether something accepts connections on the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Poll `condition` every 50 ms. Raises TimeoutError naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(0.05)
