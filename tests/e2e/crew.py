"""Three alerts consumers and a notifier, to be killed: the stack's own, and two consumers more beside it."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dev import ports
from dev.temporary_stack import Stack
from tests.e2e import outcome
from tests.e2e.unreliable import Receiver
from tests.processes import Processes

CONSUMER, NOTIFIER = "alerts-consumer", "alerts-notifier"
PROGRESS_SECONDS = 60
CALL_SECONDS = 3
MOST_WAIT_SECONDS = 0.4


class Crew:
    """`kill` ends one of them with SIGKILL, somewhere in its work, and sees that it runs again."""

    def __init__(self, stack: Stack, others: list[Processes], receiver: Receiver, rng: random.Random) -> None:
        self.stack, self.others, self.receiver, self.rng = stack, others, receiver, rng
        self.kills: Counter[str] = Counter()

    def kill(self, number: int) -> None:
        """The `number`-th kill: each of the four in turn, at a moment of chance."""
        victim = number % (len(self.others) + 2)
        if victim == len(self.others) + 1:
            self._wait_for_a_call()
        time.sleep(self.rng.uniform(0, MOST_WAIT_SECONDS))  # anywhere in its work
        if victim < len(self.others):
            self.others[victim].kill(CONSUMER)
            self.others[victim].start("alerts", "consumer")
        else:
            self.stack.kill((CONSUMER, NOTIFIER)[victim - len(self.others)])
        self.kills[NOTIFIER if victim == len(self.others) + 1 else CONSUMER] += 1

    def wait_for_progress(self, before: int) -> None:
        """Wait until the consumers have come further than sequence sum `before`."""
        ports.wait_until(lambda: self.applied() > before, "the consumers' next transaction", PROGRESS_SECONDS)

    def _wait_for_a_call(self) -> None:
        """Give the notifier a moment to be calling the receiver, if it has anything to tell."""
        before, deadline = self.receiver.count, time.monotonic() + CALL_SECONDS
        while self.receiver.count == before and outcome.untold(self.stack) and time.monotonic() < deadline:
            time.sleep(0.02)

    def applied(self) -> int:
        """How many answers the consumers have applied."""
        with self.stack.connect() as conn:
            row = conn.execute(
                "SELECT coalesce(sum(last_sequence), 0)::bigint AS n FROM alerts.position"
            ).fetchone()
        assert row is not None
        return int(str(row["n"]))


@contextmanager
def crew(stack: Stack, folder: Path, receiver: Receiver, rng: random.Random) -> Iterator[Crew]:
    """Two more consumers while it lasts."""
    with ExitStack() as running:
        others = []
        for name in ("second", "third"):
            (folder / name).mkdir()
            others.append(Processes(stack.environment, folder / name))
            running.callback(others[-1].stop_all)
            others[-1].start("alerts", "consumer")
        yield Crew(stack, others, receiver, rng)
