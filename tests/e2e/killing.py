"""Processes killed with SIGKILL at random times, as their supervisor would see them crash."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from dev import ports
from dev.temporary_stack import Stack

VICTIMS = (
    "survey-web",
    "survey-relay",
    "survey-worker",
    "aggregator-consumer",
    "alerts-consumer",
    "alerts-notifier",
)
KILLS = 5
WORTH_SECONDS = 60


class Killer(threading.Thread):
    """Kills one process `KILLS` times, once in each fifth of `seconds`, when `worth` says that it is at work."""

    def __init__(
        self, stack: Stack, name: str, rng: random.Random, seconds: float, worth: Callable[[], bool]
    ) -> None:
        super().__init__(name=f"killer of {name}", daemon=True)
        self.stack, self.victim, self.worth = stack, name, worth
        fifth = seconds / KILLS
        self.moments = [fifth * (number + rng.uniform(0.1, 0.9)) for number in range(KILLS)]
        self.restarts: list[float] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        began = time.monotonic()
        try:
            for moment in self.moments:
                time.sleep(max(0.0, began + moment - time.monotonic()))
                ports.wait_until(self.worth, f"work for {self.victim}", WORTH_SECONDS)
                self.restarts.append(self.stack.kill(self.victim))
        except Exception as error:  # noqa: BLE001 - told to the test, which is another thread
            self.error = error

    def finish(self) -> None:
        """Wait for the last kill; raises what went wrong. The test process sees every process started again."""
        self.join()
        if self.error is not None:
            raise self.error
        print(
            f"{self.victim}: killed {len(self.restarts)} times, back after {max(self.restarts):.1f} s at most"
        )
        assert len(self.restarts) == KILLS
