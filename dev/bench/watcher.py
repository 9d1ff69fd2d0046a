"""Who asks for the scores again and again, as a page that is left open would, only more often."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from dev.bench.system import System

POLL_SECONDS = 0.02
WINDOW = {"window": "2d"}


@dataclass
class Watcher:
    """Asks for the scores again and again; `seen`: (time, how many answers they showed since the start)."""

    system: System
    seen: list[tuple[float, int]] = field(default_factory=list)
    ended: bool = False

    def __post_init__(self) -> None:
        self.before = self._count()

    def run(self) -> None:
        while not self.ended:
            number = self._count() - self.before
            self.seen.append((time.time(), number))
            time.sleep(POLL_SECONDS)

    def _count(self) -> int:
        found = self.system.request("GET", "aggregator", "/v1/scores", params=WINDOW)
        return sum(item["n"] for item in found["items"])
