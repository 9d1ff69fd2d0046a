"""SIGTERM to a web process under load: who had a connection has to get an answer.

Counted: `cut` – the connection stood (the kernel took it, whether or not our code had) and ended, or brought nothing in
10 s. Not counted as failed: `refused` – nobody listens, nobody took anything; 503 with Retry-After is an answer.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.soak.crowd import Crowd

FRESH = 0.5  # so many requests come on a connection of their own; the others on kept ones


@dataclass
class Stop:
    """One stop: statuses and failures of the requests around it, and seconds until the process was gone."""

    said: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    slowest: float = 0.0

    @property
    def failed(self) -> int:
        return self.said["cut"] + self.said["timeout"]


def under_load(
    port: int,
    request: Callable[[], bytes],
    rate: float,
    rng: random.Random,
    stop: Callable[[], Callable[[], bool]],
) -> Stop:
    """Requests at `rate` for half a second, then `stop()` is called, which returns whether the process is gone; and on
    until it is gone and everybody has been answered."""
    crowd, found = Crowd(port, 1000), Stop()
    began = time.monotonic()
    next_at, asked_at, is_gone = began, 0.0, None
    number = 0
    while is_gone is None or not is_gone() or crowd.busy:
        now = time.monotonic()
        if is_gone is None and now - began > 0.5 + rng.random() / rate:
            is_gone, asked_at = stop(), now
        while next_at <= now and not found.seconds:
            number += 1
            crowd.begin(number, request(), fresh=rng.random() < FRESH)
            next_at += 1 / rate
        for outcome in crowd.outcomes(0.002):
            found.said[outcome.failed or str(outcome.status)] += 1
            found.slowest = max(found.slowest, outcome.seconds)
        if is_gone is not None and is_gone() and not found.seconds:
            found.seconds = time.monotonic() - asked_at
    crowd.close()
    return found
