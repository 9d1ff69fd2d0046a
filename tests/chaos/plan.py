"""What goes wrong, and when: drawn from a seed, so that a course can be had again."""

from __future__ import annotations

import random
from dataclasses import dataclass

OURS = (
    "survey-web",
    "survey-relay",
    "survey-worker",
    "aggregator-web",
    "aggregator-consumer",
    "alerts-web",
    "alerts-consumer",
    "alerts-notifier",
)
WRITERS = ("survey-web", "survey-relay", "aggregator-consumer", "alerts-consumer", "alerts-notifier")
SERVERS = ("broker", "postgres", "mail-sink")
# kind: how often beside a hundred kills of our processes, whom it may hit, and for how many seconds.
OTHERS = {
    "ambush": (24, WRITERS, (0.0, 0.5)),  # SIGKILL in the middle of a commit, and again at the next start
    "held": (20, WRITERS, (0.2, 2.0)),  # a commit takes long
    "freeze": (30, (*OURS, "broker"), (0.5, 4.0)),  # SIGSTOP, then SIGCONT
    "restart": (8, SERVERS, (0.0, 0.0)),  # SIGKILL of what others rest on
    "outage": (4, ("broker", "postgres"), (2.0, 6.0)),  # stopped, and started later
    "connections": (12, ("postgres",), (0.0, 0.0)),  # the server ends every session
    "slow": (15, ("network",), (1.0, 5.0)),  # between our processes and the database
    "cut": (10, ("network",), (0.0, 1.0)),
    "disk full": (20, ("postgres",), (0.5, 2.5)),  # SQLSTATE 53100
    "clock": (8, ("clock",), (1.0, 6.0)),  # of our processes, by minutes
    "again": (12, ("broker",), (0.0, 0.0)),  # part of the log is sent once more
    "stray": (12, ("broker",), (0.0, 0.0)),  # single old events, in any order
}


@dataclass(frozen=True, slots=True)
class Aim:
    """More of one kind, all at one victim: what a course that looks for one mistake has in addition."""

    kind: str
    victim: str
    count: int
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    """How much happens: answers by people (beside the history), stages, seconds, and kills of our processes.

    `without` are kinds left out, because they heal what a course with `aims` looks for.
    """

    answers: int
    stages: int
    falls: int
    seconds: float
    kills: int
    aims: tuple[Aim, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong: `at` seconds after the start, for `seconds`; `size` in 0..1 says how badly.

    `statement`: an ambush of the moment after this one is committed, and of no other.
    """

    at: float
    kind: str
    victim: str
    seconds: float = 0.0
    size: float = 0.0
    statement: str = ""


def plan(rng: random.Random, size: Size) -> list[Fault]:
    """The faults of a course of this size, in order of time: kills of our processes, each about as often, and others.

    Troubles come together: every second kill falls into a time in which the network is slow, where what happens between
    two steps takes longest. Nothing begins in the first twentieth and in the last tenth, so that there is a course to
    disturb.
    """
    faults: list[Fault] = []
    kills, seconds = size.kills, size.seconds
    for kind, (often, whom, _) in OTHERS.items():
        first = rng.randrange(len(whom))
        for number in range(0 if kind in size.without else max(1, round(kills * often / 100))):
            faults += _others(rng, seconds, kind, whom[(first + number) % len(whom)])
    for aim in size.aims:
        for _ in range(aim.count):
            faults += _others(rng, seconds, aim.kind, aim.victim, aim.statement)
    slow = [fault for fault in faults if fault.kind == "slow"]
    for number in range(kills):
        within = rng.choice(slow) if number // len(OURS) % 2 else None
        at = within.at + rng.uniform(0, within.seconds) if within else _moment(rng, seconds)
        faults.append(Fault(at, "kill", OURS[number % len(OURS)]))
    return sorted(faults, key=lambda fault: fault.at)


def _others(rng: random.Random, seconds: float, kind: str, victim: str, statement: str = "") -> list[Fault]:
    """One fault; an ambush is two, for whoever begins again finds more to do at once than it otherwise has."""
    at, lasts = _moment(rng, seconds), rng.uniform(*OTHERS[kind][2])
    times = 2 if kind == "ambush" else 1
    return [Fault(at + again / 10, kind, victim, lasts, rng.random(), statement) for again in range(times)]


def _moment(rng: random.Random, seconds: float) -> float:
    return rng.uniform(0.05, 0.9) * seconds
