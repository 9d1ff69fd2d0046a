"""When a consumer must stop instead of putting one event after the other into the dead letters. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

IN_A_ROW = 100
WINDOW = 1000
SHARE = 0.05


class TooManyDeadLetters(Exception):
    """The stop rule: 100 bad events in a row, or 5 % of the last 1 000. Something upstream is broken."""


@dataclass
class Verdicts:
    """The good and the bad of one batch in their order: the number of good ones before, between and after the bad."""

    runs: list[int] = field(default_factory=lambda: [0])

    def good(self, count: int = 1) -> None:
        self.runs[-1] += count

    def bad(self) -> None:
        self.runs.append(0)

    @property
    def all_good(self) -> bool:
        return len(self.runs) == 1


@dataclass
class StopRule:
    """What a receiver saw of one topic. `bad`: the places of bad events among the `seen`; `let_pass`: how many more of
    them a person allows."""

    seen: int = 0
    in_a_row: int = 0
    bad: list[int] = field(default_factory=list)
    let_pass: int = 0

    @property
    def idle(self) -> bool:
        """Whether good events would change nothing that matters."""
        return self.seen >= WINDOW and not self.in_a_row and not self.bad

    def take(self, verdicts: Verdicts) -> None:
        """Judge a batch. Raises TooManyDeadLetters: then nothing of it may be committed."""
        before, *after_bad = verdicts.runs
        self._good(before)
        for good in after_bad:
            self._bad()
            self._good(good)

    def _good(self, count: int) -> None:
        if count:
            self.seen += count
            self.in_a_row = 0
            self._slide()

    def _bad(self) -> None:
        self.seen += 1
        if self.let_pass:
            self.let_pass -= 1
            return
        self.in_a_row += 1
        self.bad.append(self.seen)
        self._slide()
        if self.in_a_row >= IN_A_ROW:
            raise TooManyDeadLetters(f"{IN_A_ROW} bad events in a row")
        if self.seen >= WINDOW and len(self.bad) > SHARE * WINDOW:
            raise TooManyDeadLetters(f"more than {SHARE:.0%} of the last {WINDOW} events were bad")

    def _slide(self) -> None:
        self.bad = [place for place in self.bad if place > self.seen - WINDOW]


def verdicts_of(told: Iterable[bool]) -> Verdicts:
    """Verdicts from good (True) and bad, one by one."""
    found = Verdicts()
    for good in told:
        if good:
            found.good()
        else:
            found.bad()
    return found
