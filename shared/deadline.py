"""An end to every attempt: a time limit of a socket begins anew with each byte, so a slow receiver could hold us on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TimeUp(BaseException):
    """The body of `within` took too long. No Exception, so that no library takes it for one of its own."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise TimeUp in the body once `seconds` have passed. Main thread only: it is an alarm signal."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
