"""Twice what it can do: who is let in is answered soon, the rest hear when to come again, and it gets over it.

First the rate is raised step by step until it no longer keeps up; then twice the last good rate is offered. People
stay for STAY seconds: whoever has not been served by then leaves, and the widget keeps the answer for the next visit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from dev.temporary_stack import Stack
from tests.soak.course import nothing_lost
from tests.soak.memory import Watch
from tests.soak.people import People, open_shop, served, statuses

STAY = 20.0
STEP = 1.25
KEEPS_UP_MS = 500.0  # p99 of a step that still counts as kept up with
MOST_MS = 2000.0  # p99 of those let in while twice too much comes, in the median second
MOST_MB = 60.0  # by which survey-web may grow under it: its connections and what they said
RECOVERY_SECONDS = 60


@dataclass
class Overload:
    """Rows of (phase, given a second, acknowledged a second, refused a second, failed a second, p50, p99)."""

    sustainable: float = 0.0
    rows: list[tuple[str, float, float, float, float, float, float]] = field(default_factory=list)
    grown: float = 0.0
    recovered: int | None = None  # seconds after the flood's end
    unsaid: int = 0
    left: int = 0
    wrong: list[str] = field(default_factory=list)


def run(stack: Stack, first: float, step_seconds: float, minutes: float) -> Overload:
    """Ramp up from `first` answers a second, then `minutes` of twice too much."""
    found, surveys = Overload(), open_shop(stack)
    known = _ramp(stack, surveys, found, first, step_seconds)
    watch = Watch(stack, ("survey-web",), 0)
    watch.start()
    flood, calm = minutes * 60, found.sustainable / 2
    phases = [(step_seconds, calm), (flood, 2 * found.sustainable), (RECOVERY_SECONDS + 10, calm)]
    people = People(stack, surveys, phases, STAY)
    known |= people.join()
    watch.over.set()
    watch.join()
    lines, at = people.seconds, 0
    for name, seconds in zip(("half of it", "twice as much", "half again"), phases, strict=True):
        part = lines[at : at + int(seconds[0])]
        found.rows.append(_row(name, part))
        at += int(seconds[0])
    after = lines[int(step_seconds + flood) :]
    found.recovered = next((n for n in range(len(after)) if all(map(_is_well, after[n : n + 5]))), None)
    found.unsaid = sum(line["unsaid"] for line in lines)
    found.left = sum(line["left"] for line in lines)
    before = [mb for t, mb in _points(watch) if t < _points(watch)[0][0] + step_seconds]
    found.grown = watch.most["survey-web"] - (max(before) if before else 0)
    found.wrong = judge(found) + nothing_lost(stack, known, len(known))
    return found


def _ramp(stack: Stack, surveys: list[str], found: Overload, first: float, seconds: float) -> set[str]:
    """Find the sustainable rate; the ids of what was acknowledged on the way."""
    known: set[str] = set()
    rate = first
    while True:
        people = People(stack, surveys, [(seconds, rate)], STAY)
        known |= people.join()
        lines = people.seconds[1 : int(seconds)]  # the first second warms up
        row = _row("ramp", lines)
        found.rows.append(row)
        keeps_up = row[2] >= 0.95 * rate and row[3] <= 0.01 * rate and row[6] <= KEEPS_UP_MS
        if not keeps_up and not found.sustainable:
            rate /= 2
            if rate < 5:
                raise RuntimeError("not even 5 answers a second are kept up with")
            continue
        if not keeps_up or (found.sustainable and rate < found.sustainable):
            return known
        found.sustainable = rate
        rate *= STEP


def judge(found: Overload) -> list[str]:
    """What an overload must not do."""
    flood = found.rows[-2]
    wrong = []
    if not flood[3]:
        wrong.append("nobody was refused: that was no overload")
    if found.unsaid:
        wrong.append(f"{found.unsaid} refusals did not say when to come again")
    if flood[2] < 0.5 * found.sustainable:
        wrong.append(
            f"only {flood[2]:.0f} a second were served meanwhile, of {found.sustainable:.0f} possible"
        )
    if flood[6] > MOST_MS:
        wrong.append(f"who was let in waited {flood[6]:.0f} ms (p99)")
    if found.grown > MOST_MB:
        wrong.append(f"survey-web grew by {found.grown:.0f} MB")
    if found.recovered is None or found.recovered > RECOVERY_SECONDS:
        wrong.append(f"it did not recover within {RECOVERY_SECONDS} s")
    return wrong


def _is_well(line: dict[str, Any]) -> bool:
    return set(line["statuses"]) <= {"200", "201"} and line.get("p99", 0) <= KEEPS_UP_MS


def _row(name: str, lines: list[dict[str, Any]]) -> tuple[str, float, float, float, float, float, float]:
    seconds, counts = max(1, len(lines)), statuses(lines)
    refused = counts["503"] + counts["429"]
    failed = counts["cut"] + counts["refused"] + counts["timeout"]
    p50, p99 = (_middle([line[key] for line in lines if key in line]) for key in ("p50", "p99"))
    given = sum(line["given"] for line in lines)
    return name, given / seconds, served(lines) / seconds, refused / seconds, failed / seconds, p50, p99


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def _points(watch: Watch) -> list[tuple[float, float]]:
    return [point for life in watch.lives["survey-web"] for point in life]
