"""When a stage has gone silent: no customer answers, although everything of ours works. Pure; no part of detection.

Time counts as quiet only between two beats of the relay that both prove that an answer would have reached us:
`counted`. A stage is stale once that time exceeds `limit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

# A beat comes each minute. One that is older than this when it is taken, or that follows the one before by more, leaves
# a time open in which the pipe may have stood still: that time does not count.
REACH = timedelta(seconds=90)
WINDOW_DAYS = 28
WINDOW = timedelta(days=WINDOW_DAYS)
# Until a week was seen, the weekend is not known: nothing shorter than a week is strange.
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
# Beats a minute apart do not measure finer, and nobody wants to be told of three quiet minutes.
SHORTEST = timedelta(minutes=10)
LONGEST_WAITS = 3
YEAR_DAYS = 365


class Beat(NamedTuple):
    """A beat as one stage saw it. sound: an answer given before `at` would be here by now."""

    at: datetime
    sound: bool


class Waits(NamedTuple):
    """Live answers of one day: how many, and the longest wait that ended with one of them."""

    n: int
    longest: timedelta


@dataclass(frozen=True)
class Heard:
    """What is known of one live survey of a stage. answers, longest: of the 28 days before the stage's last answer."""

    first: datetime
    last: datetime
    quiet: timedelta
    answers: int
    longest: timedelta


@dataclass(frozen=True)
class Quiet:
    """A stage's silence so far: since its last live answer, counted, against the limit; answers a day before it."""

    since: datetime
    counted: timedelta
    limit: timedelta
    answers_a_day: float

    @property
    def stale(self) -> bool:
        return self.counted > self.limit

    @property
    def expected(self) -> float:
        return expected(self.answers_a_day, self.counted)


def expected(answers_a_day: float, quiet: timedelta) -> float:
    """How many answers would have come in that time."""
    return answers_a_day * (quiet / DAY)


def sound(at: datetime, taken: datetime, survey_web_ready: bool, sent: int, received: int) -> bool:
    """Whether the beat of `at`, taken at `taken`, proves that nothing is on its way.

    sent, received: the key's last sequence by the beat and by our own position. A beat that waited somewhere (a broker
    or database away, this consumer down or catching up) is old when it is taken.
    """
    return survey_web_ready and sent <= received and abs(taken - at) <= REACH


def counted(before: Beat | None, beat: Beat) -> timedelta:
    """The time between two beats, where both are sound and close together; else none of it."""
    if before is None or not (before.sound and beat.sound):
        return timedelta()
    apart = beat.at - before.at
    return apart if apart <= REACH else timedelta()


def arrivals(last: datetime | None, times: Sequence[datetime]) -> dict[date, Waits]:
    """New answers of one survey added up by day (UTC). times: of receipt at the door, ascending; last: the one before.

    Waits are measured at the door, so that a backlog read in one go teaches the same rhythm as answers read one by one,
    and that answers at or before `last` are known already: reading the log again changes nothing.
    """
    days: dict[date, Waits] = {}
    known = last
    for at in times:
        if known is not None and at <= known:
            continue
        n, longest = days.get(at.date(), Waits(0, timedelta()))
        days[at.date()] = Waits(n + 1, max(longest, at - last if last is not None else timedelta()))
        last = at
    return days


def quiet(surveys: Iterable[Heard]) -> Quiet | None:
    """How silent a stage is, from its live surveys that have ever been answered; None without one."""
    heard = list(surveys)
    if not heard:
        return None
    last = max(one.last for one in heard)
    days = min(max((last - min(one.first for one in heard)) / DAY, 1.0), float(WINDOW_DAYS))
    answers = max(sum(one.answers for one in heard), 1)
    rule = limit(answers, days, _longest_wait(heard, last))
    return Quiet(last, min(one.quiet for one in heard), rule, answers / days)


def limit(answers: int, days: float, longest: timedelta) -> timedelta:
    """How long a stage may be quiet: the longer of a silence that chance brings once a year, and three longest waits.

    At n answers a day that come independently of each other (a Poisson process), a wait is longer than g days with
    probability exp(−n·g), and 365·n waits begin a year: one of them is longer than g = ln(365·n)/n. The rate is not
    known but estimated from `answers` in `days`; with a Gamma(answers, days) belief about it the probability is
    (1 + g/days)^−answers, and g = days·((365·n)^(1/answers) − 1), n = answers/days. It is longer for a stage that
    hardly answered yet, and becomes ln(365·n)/n as answers grow (in 28 days, 7 % more at 50 answers, .3 % at 1 400).

    Answers do not come independently of the hour and the weekday: nights and weekends are in `longest`.
    """
    a_day = answers / days
    rare = days * ((YEAR_DAYS * a_day) ** (1 / answers) - 1)
    return max(timedelta(days=rare), LONGEST_WAITS * longest, SHORTEST)


def _longest_wait(surveys: list[Heard], last: datetime) -> timedelta:
    """The longest wait of a stage whose last answer was at `last`: never longer than that of any of its surveys.

    A survey younger than a week does not know its weekends; without an older one a third of a week is assumed.
    """
    grown = [max(one.longest, last - one.last) for one in surveys if last - one.first >= WEEK]
    return min(grown) if grown else max(WEEK / LONGEST_WAITS, *(one.longest for one in surveys))
