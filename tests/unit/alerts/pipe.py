"""The way of answers and beats in minutes, with outages anywhere: what the pure rule of `stale` is tested on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

from services.alerts.stale import SHORTEST, WINDOW_DAYS, Beat, Heard, Waits, arrivals, counted, quiet, sound

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)

Outage = tuple[str, int, int]  # what is away, the minute from which, for how many minutes


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def steady(random: Random, until: int, apart: int) -> list[int]:
    """Minutes at which somebody answers: never longer than 1.5 · `apart` without."""
    times, minute = [], 0
    while minute < until:
        times.append(minute)
        minute += random.randint(1, apart * 3 // 2)
    return times


class Pipe:
    """A stage with one survey, a relay, a broker and our consumers: the one who takes the beats, and the reader of the
    stage's answers. `door`: the minutes at which answers were received."""

    def __init__(self, outages: Iterable[Outage], beats_first: bool = False) -> None:
        self.outages = list(outages)
        self.beats_first = beats_first  # which of two topics the consumer happens to read first
        self.door: list[int] = []
        self.stale_at: int | None = None
        self._sent = 0  # answers the broker has
        self._received = 0  # answers the consumer has
        self._beats: list[tuple[int, int, bool]] = []  # beats the consumer has not read: minute, sent, ready
        self._before: Beat | None = None
        self._quiet = timedelta()
        self._days: dict[object, Waits] = {}

    def run(self, minutes: int, answers: Iterable[int]) -> None:
        """Let `minutes` pass, until it is called stale, while customers try to answer at the minutes in `answers`."""
        trying = set(answers)
        for minute in range(minutes):
            if self.stale_at is not None:
                return
            away = {what for what, begin, length in self.outages if begin <= minute < begin + length}
            if minute in trying and not away & {"web", "database"}:
                self.door.append(minute)
            if not away & {"relay", "broker", "database"}:
                self._sent = len(self.door)
                self._beats.append((minute, len(self.door), "web" not in away))
            if not away & {"consumer", "broker", "database"}:
                self._consume(minute, reading="reader" not in away)

    def _consume(self, minute: int, *, reading: bool) -> None:
        if self.beats_first:
            self._take_beats(minute)
        if reading:
            self._take_answers()
        self._take_beats(minute)

    def _take_answers(self) -> None:
        new = [at(minute) for minute in self.door[self._received : self._sent]]
        last = at(self.door[self._received - 1]) if self._received else None
        for day, waits in arrivals(last, new).items():
            n, longest = self._days.get(day, Waits(0, timedelta()))
            self._days[day] = Waits(n + waits.n, max(longest, waits.longest))
        if new:
            self._quiet, self._received = timedelta(), self._sent

    def _take_beats(self, minute: int) -> None:
        for beat_minute, sent, ready in self._beats:
            beat = Beat(at(beat_minute), sound(at(beat_minute), at(minute), ready, sent, self._received))
            self._quiet += counted(self._before, beat)
            self._before = beat
        self._beats.clear()
        if self._before is not None and self._before.sound and self._quiet > SHORTEST:
            self._judge(minute)

    def _judge(self, minute: int) -> None:
        first, last = at(self.door[0]), at(self.door[self._received - 1])
        recent = [w for day, w in self._days.items() if day > last.date() - WINDOW_DAYS * DAY]  # type: ignore[operator]
        longest = max(waits.longest for waits in recent)
        found = quiet([Heard(first, last, self._quiet, sum(w.n for w in recent), longest)])
        if found is not None and found.stale:
            self.stale_at = minute
