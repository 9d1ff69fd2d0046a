"""People who answer, at a rate of their own, in a process of its own: `python -m tests.soak.generator PORT …`.

Each answer is given at its moment and sent with one id until it is acknowledged, as the widget does: again after the
Retry-After it was told, and not before its own growing pause. Who is not served within `stay` seconds leaves the page
(the widget keeps the answer for the next visit). Prints one JSON line a second, and the acknowledged ids to a file.
"""

from __future__ import annotations

import heapq
import json
import random
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import click

from dev.bench.answers import answer
from dev.bench.connections import post
from tests.soak.crowd import LOOPBACK, Crowd, Outcome

CONNECTIONS = 3000
LONGEST_PAUSE = 60.0


@dataclass(slots=True)
class Visit:
    """One person's answer."""

    id: str
    request: bytes
    came: float
    tries: int = 0


@dataclass
class Second:
    """What happened in one second: answers given, statuses and failures, seconds each accepted one took, the most
    open requests."""

    given: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    unsaid: int = 0  # refusals that did not say when to come again
    left: int = 0

    def line(self, at: int, waiting: int, rate: float) -> str:
        took = sorted(self.took)
        quantile = {f"p{q}": round(took[len(took) * q // 100] * 1000, 1) for q in (50, 99) if took}
        counts = {"given": self.given, "unsaid": self.unsaid, "left": self.left, "waiting": waiting}
        return json.dumps({"at": at, "rate": rate, **counts, **quantile, "statuses": self.statuses})


class Generator:
    """Gives answers to `surveys` by turns in `phases` of (seconds, answers a second)."""

    def __init__(self, port: int, surveys: list[str], phases: list[tuple[float, float]], stay: float) -> None:
        self.port, self.surveys, self.phases, self.stay = port, surveys, phases, stay
        self.crowd = Crowd(port, CONNECTIONS)
        self.visits: dict[int, Visit] = {}
        self.due: list[tuple[float, int]] = []
        self.acknowledged: list[str] = []
        self.second = Second()
        self.number = 0

    def run(self) -> None:
        """Until the last phase is over and nobody waits any more."""
        began, told = time.monotonic(), 0
        ends, rates, end = [], [], began
        for seconds, rate in self.phases:
            end += seconds
            ends.append(end)
            rates.append(rate)
        next_at = began
        while (now := time.monotonic()) < end or self.visits:
            rate = next((rate for until, rate in zip(ends, rates, strict=True) if now < until), 0.0)
            while rate and next_at <= now:
                self._come(next_at)
                next_at += 1 / rate
            self._begin(now)
            for outcome in self.crowd.outcomes(0.002):
                self._settle(outcome)
            if now - began >= told + 1:
                told += 1
                self._tell(told, rate)
        self._tell(told + 1, 0.0)

    def _tell(self, at: int, rate: float) -> None:
        print(self.second.line(at, len(self.visits), rate), flush=True)
        self.second = Second()

    def _come(self, at: float) -> None:
        self.number += 1
        body = answer()
        path = f"/v1/surveys/{self.surveys[self.number % len(self.surveys)]}/responses"
        request = post(LOOPBACK, self.port, path, json.dumps(body).encode())
        self.visits[self.number] = Visit(body["id"], request, at)
        heapq.heappush(self.due, (at, self.number))
        self.second.given += 1

    def _begin(self, now: float) -> None:
        while self.due and self.due[0][0] <= now:
            visit = self.visits[self.due[0][1]]
            if now > visit.came + self.stay:
                del self.visits[heapq.heappop(self.due)[1]]
                self.second.left += 1
            elif self.crowd.begin(self.due[0][1], visit.request):
                heapq.heappop(self.due)
            else:
                return

    def _settle(self, outcome: Outcome) -> None:
        visit = self.visits[outcome.tag]
        self.second.statuses[outcome.failed or str(outcome.status)] += 1
        if outcome.status in (200, 201):
            self.second.took.append(outcome.seconds)
            self.acknowledged.append(visit.id)
            del self.visits[outcome.tag]
            return
        if outcome.status not in (0, 429, 503):
            raise RuntimeError(f"an answer got {outcome.status}")
        self.second.unsaid += outcome.status != 0 and outcome.retry_after is None
        visit.tries += 1
        pause = min(LONGEST_PAUSE, 2.0**visit.tries) * random.uniform(0.5, 1)
        heapq.heappush(self.due, (time.monotonic() + max(pause, outcome.retry_after or 0), outcome.tag))


@click.command()
@click.argument("port", type=int)
@click.argument("surveys")
@click.argument("phases")
@click.option("--stay", default=600.0, help="Seconds a person stays on the page.")
@click.option("--acknowledged", type=click.Path(path_type=Path), required=True)
def main(port: int, surveys: str, phases: str, stay: float, acknowledged: Path) -> None:
    """SURVEYS: keys with commas; PHASES: seconds:rate with commas."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    pairs = [phase.split(":") for phase in phases.split(",")]
    generator = Generator(
        port, surveys.split(","), [(float(seconds), float(rate)) for seconds, rate in pairs], stay
    )
    generator.run()
    acknowledged.write_text("\n".join(generator.acknowledged))


if __name__ == "__main__":
    sys.exit(main())
