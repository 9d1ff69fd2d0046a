"""One course: a stack, people who answer, faults from a seed, then every check."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from dotenv import dotenv_values

from dev.temporary_stack import Stack, temporary
from tests.chaos import bugs, checks, copies, disk
from tests.chaos.faults import Faults
from tests.chaos.network import Network
from tests.chaos.people import Collector, People, expected
from tests.chaos.plan import plan
from tests.e2e import outcome
from tests.e2e.collector import Api, Item
from tests.e2e.drops import Drops
from tests.e2e.shop import sliced

BATCH = 2000
SETTINGS = {
    "REPORT_TZ": "Europe/Berlin",
    "PUBLIC_RATE_LIMIT": "1000000 per minute",
    "KAFKA_SESSION_TIMEOUT_MS": "6000",
    "KAFKA_HEARTBEAT_INTERVAL_MS": "1000",
}


@dataclass(frozen=True, slots=True)
class Size:
    """How much happens: answers by people (beside the history), stages, seconds, and kills of our processes."""

    answers: int
    stages: int
    falls: int
    seconds: float
    kills: int


@dataclass
class Outcome:
    """What happened, and what was found wrong (nothing, if all is well)."""

    seed: int
    broker: str
    answers: int
    faults: dict[str, int]
    statuses: dict[int, int]
    repeats: int
    changes: int
    seconds: float
    wrong: list[str] = field(default_factory=list)


def run(seed: int, size: Size, broker: str, bug: str | None = None) -> Outcome:
    """A course on a stack of its own; `bug` plants one of `bugs.BUGS` in it first."""
    with _stack(broker, bug) as (stack, network):
        return _course(stack, network, seed, size, broker)


@contextmanager
def _stack(broker: str, bug: str | None) -> Iterator[tuple[Stack, Network]]:
    roots: list[Path] = []
    network = Network(lambda: int(dotenv_values(roots[0] / ".run/env")["POSTGRES_PORT"] or 0))

    def prepare(root: Path) -> None:
        roots.append(root)
        copies.disturb(root)
        if bug is not None:
            bugs.plant(root, bug)

    try:
        with temporary(broker, SETTINGS | {"CHAOS_PORT": str(network.port)}, prepare) as stack:
            yield stack, network
    finally:
        network.close()


def _course(stack: Stack, network: Network, seed: int, size: Size, broker: str) -> Outcome:
    began, rng = time.monotonic(), random.Random(seed)
    eights = round(size.answers / size.stages / 8)
    drops = Drops(Api(stack), size.stages, size.falls, random.Random(rng.random()), eights)
    late = len(drops.past) // 10
    _prepare(stack, drops, drops.past[:-late])
    collector = Collector(drops.api.again(), drops.past[-late:], size.seconds, random.Random(rng.random()))
    people = People(stack.url("survey"), drops.live(), size.seconds, random.Random(rng.random()))
    faults = Faults(stack, network, rng)
    people.start()
    collector.start()
    faults.start(plan(random.Random(rng.random()), size.seconds, size.kills))
    people.join()
    collector.join()
    faults.join()
    found = Outcome(
        seed=seed,
        broker=broker,
        answers=len(people.acknowledged),
        faults=dict(faults.done),
        statuses=dict(people.statuses),
        repeats=people.repeats,
        changes=people.changes,
        seconds=0.0,
        wrong=faults.errors + collector.errors,
    )
    found.wrong = found.wrong + _look(stack, drops, people)
    found.seconds = time.monotonic() - began
    return found


def _prepare(stack: Stack, drops: Drops, past: list[Item]) -> None:
    """The map, its owners, and healthy weeks, before anything goes wrong."""
    drops.open({"email": "owner@chaos.example"})
    for items in sliced(past, BATCH):
        drops.api.batch(items)
    outcome.drained(stack)
    disk.prepare(stack)


def _look(stack: Stack, drops: Drops, people: People) -> list[str]:
    wrong = checks.answered_well(people) + checks.arrived(stack)
    disk.remove(stack)
    for check in (
        partial(checks.stored, stack, people, expected(drops.past)),
        partial(checks.numbered, stack),
        partial(checks.counted, drops, drops.past + people.items),
        partial(checks.recounted, stack),
        partial(checks.incidents, drops),
        partial(checks.told, stack, drops),
        partial(checks.rebuilt, stack),
    ):
        wrong += check()
    return wrong
