"""How fresh what a receiver has counted is: as of when, how late, and why. Pure; `shared/beats.py` finds the facts.

As of T: every answer accepted before T is counted, except at the stages of `gaps`. Only the relay's beats prove that
(ADR 0015): each says up to which sequence of each key everything is that was accepted before a moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# A beat comes each minute; half a minute for its way.
LATE = timedelta(seconds=90)
# A process gives a sign of life each second; /readyz waits as long.
SILENT_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Key:
    """One journey/stage: everything accepted before `complete_to` is counted (None: no beat says so yet).

    gap_at: since when events are missing, so that none after them counts. after: the last sequence counted.
    """

    key: str
    complete_to: datetime | None
    gap_at: datetime | None = None
    after: int = 0

    @property
    def journey(self) -> str:
        return self.key.partition("/")[0]

    @property
    def stage(self) -> str:
        return self.key.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Pipe:
    """What a receiver knows of the way to it. Times are the database's.

    beat_at, complete_to, survey_web_ready: of the last beat taken (None before the first). receiver_at: when the
    receiver's consumer last gave a sign of life (None: never); receiver_ready: it lives and has partitions to read.
    """

    now: datetime
    beat_at: datetime | None
    complete_to: datetime | None
    survey_web_ready: bool | None
    receiver_at: datetime | None
    receiver_ready: bool
    keys: tuple[Key, ...] = ()

    def within(self, journey: str | None, stage: str | None = None) -> Pipe:
        """The same for one journey, or one stage of it."""
        if journey is None:
            return self
        kept = (one for one in self.keys if one.journey == journey and stage in (None, one.stage))
        return replace(self, keys=tuple(kept))


@dataclass(frozen=True, slots=True)
class Freshness:
    """as_of: see above; None where no beat came yet. why: one sentence where it is late. gaps: the red keys."""

    now: datetime
    as_of: datetime | None
    late: bool
    why: str | None
    gaps: tuple[Key, ...]
    survey_web_ready: bool | None

    @property
    def behind(self) -> timedelta | None:
        """How old `as_of` is."""
        return None if self.as_of is None else max(self.now - self.as_of, timedelta())


def judge(pipe: Pipe) -> Freshness:
    """How fresh everything of `pipe` is together."""
    as_of = _as_of(pipe)
    gaps = tuple(one for one in pipe.keys if one.gap_at is not None)
    why = _why(pipe, as_of)
    if gaps and why is None:
        why = f"Answers are missing on the way to {_listed(gaps)}: later ones wait for them."
    return Freshness(pipe.now, as_of, why is not None, why, gaps, pipe.survey_web_ready)


def late_keys(pipe: Pipe) -> dict[str, bool]:
    """Whether each key is late; "" stands for one that had no answers yet."""
    alone = {one.key: judge(replace(pipe, keys=(one,))).late for one in pipe.keys}
    return alone | {"": judge(replace(pipe, keys=())).late}


def _as_of(pipe: Pipe) -> datetime | None:
    """The oldest moment to which a key that misses nothing is complete; where there is none, that of the last beat."""
    sound = [one.complete_to for one in pipe.keys if one.gap_at is None]
    known = [at for at in sound if at is not None]
    if len(known) < len(sound):
        return None
    return min(known, default=pipe.complete_to)


def _why(pipe: Pipe, as_of: datetime | None) -> str | None:
    if not pipe.receiver_ready:
        return _silent(pipe)
    if pipe.beat_at is None:
        return "Nothing has been heard yet from the relay, which sends the answers on."
    if pipe.now - pipe.beat_at > LATE:
        return f"Nothing was heard from the relay for {duration(pipe.now - pipe.beat_at)}: it or the broker is away."
    if as_of is None or pipe.now - as_of > LATE:
        return "More answers came than could be counted so far: they are being caught up with."
    return None


def _silent(pipe: Pipe) -> str:
    if pipe.receiver_at is None:
        return "The consumer, which counts the answers, has not run yet."
    if pipe.now - pipe.receiver_at > timedelta(seconds=SILENT_SECONDS):
        since = duration(pipe.now - pipe.receiver_at)
        return f"The consumer, which counts the answers, has given no sign of life for {since}."
    return "The consumer, which counts the answers, has just started or waits for the broker."


def _listed(gaps: Iterable[Key]) -> str:
    names = [one.key for one in gaps]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def duration(span: timedelta) -> str:
    """A time span in its largest whole unit: `40 s`, `12 min`, `3 h`, `2 days`; rounded down."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 172_800:
        return f"{seconds // 3600} h"
    return f"{seconds // 86_400} days"
