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
from tests.chaos.plan import Size, plan
from tests.e2e import outcome
from tests.e2e.collector import Api, Item
from tests.e2e.drops import Drops
from tests.e2e.shop import sliced

BATCH = 2000
DRAINED_SECONDS = 600  # a long course has 130,000 answers in its history
SETTINGS = {
    "REPORT_TZ": "Europe/Berlin",
    "PUBLIC_RATE_LIMIT": "1000000 per minute",
    "KAFKA_SESSION_TIMEOUT_MS": "6000",
    "KAFKA_HEARTBEAT_INTERVAL_MS": "1000",
}


@dataclass
class Outcome:
    """What happened, and what each check found wrong (nothing, if all is well)."""

    seed: int
    broker: str
    answers: int
    past: int
    events: int
    faults: dict[str, int]
    statuses: dict[int, int]
    repeats: int
    changes: int
    lasted: dict[str, float]
    found: dict[str, list[str]] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        return sum(self.lasted.values())

    @property
    def wrong(self) -> list[str]:
        return [one for found in self.found.values() for one in found]


@dataclass(frozen=True)
class Given:
    """What was offered to the service, and the score of each answer that it acknowledged, by id."""

    offered: list[Item]
    acknowledged: dict[str, int]

    def stored(self, found: dict[str, int]) -> list[Item]:
        """What is to be counted: all that was acknowledged, and of what a sender gave up on that which was stored."""
        scores = found | self.acknowledged
        return [item | {"score": scores[item["id"]]} for item in self.offered if item["id"] in scores]


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
    first = len(drops.past) - len(drops.past) // 10
    _prepare(stack, drops, drops.past[:first])
    lasted = {"begin": time.monotonic() - began}
    sending, answering = random.Random(rng.random()), random.Random(rng.random())
    faults = Faults(stack, network, rng)
    collector = Collector(drops.api.again(), drops.past[first:], size.seconds, sending, faults.progress)
    people = People(stack.url("survey"), drops.live(), size.seconds, answering, faults.progress)
    faults.start(plan(random.Random(rng.random()), size))
    people.start()
    collector.start()
    people.join()
    collector.join()
    faults.join()
    lasted["course"] = time.monotonic() - began - sum(lasted.values())
    given = Given(
        drops.past + people.items, expected(drops.past[:first] + collector.acknowledged) | people.acknowledged
    )
    found = {"harness": faults.errors + collector.errors} | _look(stack, drops, people, given)
    lasted["checks"] = time.monotonic() - began - sum(lasted.values())
    return Outcome(
        seed=seed,
        broker=broker,
        answers=len(people.acknowledged),
        past=len(drops.past),
        events=checks.events(stack),
        faults=dict(faults.done),
        statuses=dict(people.statuses),
        repeats=people.repeats,
        changes=people.changes,
        lasted=lasted,
        found=found,
    )


def _prepare(stack: Stack, drops: Drops, past: list[Item]) -> None:
    """The map, its owners, and healthy weeks, before anything goes wrong."""
    drops.open({"email": "owner@chaos.example"})
    for items in sliced(past, BATCH):
        drops.api.batch(items)
    outcome.drained(stack, DRAINED_SECONDS)
    disk.prepare(stack)


def _look(stack: Stack, drops: Drops, people: People, given: Given) -> dict[str, list[str]]:
    """What each check found, by its name."""
    found = {"answered": checks.answered_well(people), "arrived": checks.arrived(stack)}
    disk.remove(stack)
    scores = checks.scores(stack)
    for name, check in {
        "stored": partial(checks.stored, scores, given.acknowledged, expected(given.offered)),
        "numbered": partial(checks.numbered, stack),
        "counted": partial(checks.counted, drops, given.stored(scores)),
        "recounted": partial(checks.recounted, stack),
        "incidents": partial(checks.incidents, drops),
        "told": partial(checks.told, stack, drops),
        "rebuilt": partial(checks.rebuilt, stack),
    }.items():
        found[name] = check()
    return found
