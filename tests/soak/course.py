"""A steady rate of answers for a long time, and a kill a minute: does anything grow, is anything lost?"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field

from dev import ports
from dev.temporary_stack import Stack
from tests.chaos.plan import OURS
from tests.e2e import outcome
from tests.soak.lag import Lag
from tests.soak.memory import Slope, Watch, slope
from tests.soak.people import People, open_shop, served, statuses

STEEPEST_MB = (
    0.1  # growth of a process a minute that is surely more than this turns the course red: 144 MB a day
)
LAG_SHARE = 0.01  # so much of what comes may surely stay behind
# Shown, not judged: PostgreSQL fills its caches, the embedded broker keeps its topics in memory, the sink its mails.
SERVERS = ("postgres", "broker", "mail-sink")


@dataclass
class Course:
    """What was measured, and what was wrong with it (nothing, if all is well)."""

    minutes: float
    rate: float
    kills: int = 0
    given: int = 0
    acknowledged: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    p99: float = 0.0  # the median second's, in ms
    memory: dict[str, tuple[float, Slope | None]] = field(default_factory=dict)
    lag: dict[str, tuple[float, Slope | None]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def run(stack: Stack, minutes: float, rate: float, kill_every: float, warming: float = 60) -> Course:
    """`rate` answers a second for `minutes`, one of our processes killed every so many seconds, by turns."""
    found = Course(minutes, rate)
    surveys = open_shop(stack)
    watch, lag = Watch(stack, (*OURS, *SERVERS), warming), Lag(stack)
    people = People(stack, surveys, [(minutes * 60, rate)], stay=600)
    watch.start()
    lag.start()
    end = time.monotonic() + minutes * 60
    while (next_at := time.monotonic() + kill_every) < end:
        time.sleep(max(0.0, next_at - time.monotonic()))
        stack.kill(OURS[found.kills % len(OURS)])
        found.kills += 1
    acknowledged = people.join()
    watch.over.set()
    lag.over.set()
    watch.join()
    lag.join()
    found.given = sum(second["given"] for second in people.seconds)
    found.acknowledged = len(acknowledged)
    found.statuses = dict(statuses(people.seconds))
    found.p99 = sorted(second.get("p99", 0.0) for second in people.seconds)[len(people.seconds) // 2]
    found.memory = {name: (watch.most[name], slope(lives)) for name, lives in watch.lives.items()}
    found.lag = {
        name: (max((n for _, n in line), default=0), slope([line])) for name, line in lag.points.items()
    }
    found.wrong = judge(found) + nothing_lost(stack, acknowledged, served(people.seconds))
    return found


def judge(found: Course) -> list[str]:
    """What grew for sure, and who was not served."""
    wrong = [
        f"{name} grows by {line.value:.2f} MB a minute ({line.low:.2f} to {line.high:.2f})"
        for name, (_, line) in found.memory.items()
        if name not in SERVERS and line is not None and line.low > STEEPEST_MB
    ]
    wrong += [
        f"what waits ({name}) grows by {line.value:.0f} a minute"
        for name, (_, line) in found.lag.items()
        if line is not None and line.low > LAG_SHARE * found.rate * 60
    ]
    if found.acknowledged != found.given:
        wrong.append(f"{found.given - found.acknowledged} of {found.given} answers were not taken")
    return wrong


def nothing_lost(stack: Stack, acknowledged: set[str], said: int) -> list[str]:
    """Each acknowledged answer is stored, and counted exactly once."""
    wrong = [] if said == len(acknowledged) else ["the generator's lines and its ids differ"]
    with stack.connect() as conn:
        rows = conn.execute("SELECT id FROM survey.response WHERE id = ANY(%s::uuid[])", [list(acknowledged)])
        stored = sum(1 for _ in rows)
    if stored != len(acknowledged):
        wrong.append(f"{len(acknowledged) - stored} acknowledged answers are lost")
    try:
        ports.wait_until(lambda: not outcome.lacking(stack), "the last answer's arrival", 180)
    except TimeoutError as error:
        wrong.append(str(error))
    result = stack.cli("recount", "--wait", "60", "--json")
    if result.returncode:
        wrong.append(
            f"recount: {json.loads(result.stdout)['difference'] if result.stdout else result.stderr}"
        )
    return wrong
