"""What every process takes over time, and whether it grows: least squares within each of its lives."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import psutil

from dev.temporary_stack import Stack

EVERY_SECONDS = 2.0
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Slope:
    """Growth in units a minute with its 95 % interval; none where there is too little to tell."""

    value: float
    low: float
    high: float


def slope(lives: Sequence[Sequence[Point]]) -> Slope | None:
    """One slope through several stretches of (seconds, value), each around a mean of its own.

    What is left over follows on itself from one sample to the next; the interval counts it as so many fewer samples.
    """
    xx = xy = 0.0
    centred: list[list[Point]] = []
    for life in lives:
        if len(life) < 3:
            continue
        mean_t, mean_v = (sum(part) / len(life) for part in zip(*life, strict=True))
        centred.append([((t - mean_t) / 60, v - mean_v) for t, v in life])
        xx += sum(t * t for t, _ in centred[-1])
        xy += sum(t * v for t, v in centred[-1])
    number = sum(map(len, centred)) - len(centred) - 1
    if number < 3 or not xx:
        return None
    value = xy / xx
    rest = [[v - value * t for t, v in life] for life in centred]
    squares = sum(one * one for life in rest for one in life)
    pairs = sum(one * other for life in rest for one, other in pairwise(life))
    again = min(0.99, max(0.0, pairs / squares)) if squares else 0.0
    fewer = max(3.0, number * (1 - again) / (1 + again))
    error = math.sqrt(squares / fewer / xx)
    return Slope(value, value - 1.96 * error, value + 1.96 * error)


class Watch(threading.Thread):
    """Samples `names` until `over` is set: `lives[name]` are the stretches between restarts, in MB of their own memory.

    Their own is what would be free without them: PostgreSQL's shared buffers, counted once for each of its processes
    otherwise, are not in it. A web process is its master and its workers. The first `warming` seconds of a life are
    left out.
    """

    def __init__(self, stack: Stack, names: Sequence[str], warming: float) -> None:
        super().__init__(daemon=True)
        self.stack, self.names, self.warming = stack, names, warming
        self.lives: dict[str, list[list[Point]]] = {name: [] for name in names}
        self.most = dict.fromkeys(names, 0.0)
        self.over = threading.Event()
        self._born: dict[str, tuple[list[int], float]] = {}

    def run(self) -> None:
        while not self.over.wait(EVERY_SECONDS):
            for name in self.names:
                self._sample(name, time.monotonic())

    def _sample(self, name: str, now: float) -> None:
        try:
            pids = self.stack.family(name)
            own = sum(psutil.Process(pid).memory_full_info().uss for pid in pids) / 2**20
        except (psutil.Error, OSError, ValueError):
            return
        if not pids:
            return
        # A web process lives as long as its workers, which may be killed without it; PostgreSQL's come and go.
        life = pids if name.endswith("-web") else pids[:1]
        if self._born.get(name, ([], 0.0))[0] != life:
            self._born[name] = life, now
            self.lives[name].append([])
        self.most[name] = max(self.most[name], own)
        if now - self._born[name][1] >= self.warming:
            self.lives[name][-1].append((now, own))
