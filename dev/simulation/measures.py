"""Figures with their standard errors, from what was seen of many stages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt
from statistics import fmean, stdev
from typing import NamedTuple

from dev.simulation.seen import Seen, Span

FALSE_CLOSE_DAYS = 90


class Estimate(NamedTuple):
    """value ± error (one standard error) from n stages; `share`: of the stages it could be measured on."""

    value: float
    error: float
    n: int
    share: float = 1.0


Measure = Callable[[Sequence[Seen], str], Estimate | None]


def false_alarms(stages: Sequence[Seen], who: str) -> Estimate | None:
    """Alarms of healthy stages per stage-year."""
    years = sum(seen.years for seen in stages) / len(stages)
    counts = [len(seen.spans[who]) for seen in stages]
    if years == 0:
        return None
    # no alarm in n stages is not an error of 0: as if there had been one
    spread = max(_spread(counts), 1 / sqrt(len(counts)))
    return Estimate(fmean(counts) / years, spread / sqrt(len(counts)) / years, len(counts))


def delay(stages: Sequence[Seen], who: str) -> Estimate | None:
    """Days from the change to the first alarm, of stages that had none open then and noticed it at all."""
    waits = []
    unaware = [seen for seen in stages if _open_at(seen.spans[who], seen.since) is None]
    for seen in unaware:
        first = _first(seen.spans[who], seen.since, seen.until)
        if first is not None:
            waits.append(first[0] - seen.since)
    return _mean(waits, len(unaware))


def noticed(stages: Sequence[Seen], who: str) -> Estimate | None:
    """The share of stages in which the change was noticed while it lasted."""
    unaware = [seen for seen in stages if _open_at(seen.spans[who], seen.since) is None]
    return _share([_first(seen.spans[who], seen.since, seen.until) is not None for seen in unaware])


def recovery(stages: Sequence[Seen], who: str) -> Estimate | None:
    """Days from the recovery to the end of the alarm that was open then."""
    spans = [_open_at(seen.spans[who], seen.until) for seen in stages if seen.until < seen.days]
    lasting = [(seen.until, span) for seen in stages if (span := _open_at(seen.spans[who], seen.until))]
    ended = [span[1] - until for until, span in lasting if span[1] is not None]
    return _mean(ended, len(lasting)) if spans else None


def false_close(stages: Sequence[Seen], who: str) -> Estimate | None:
    """The share of alarms that ended within 90 days although the stage was as bad as before."""
    told = []
    for seen in stages:
        first = _first(seen.spans[who], seen.since, seen.until - FALSE_CLOSE_DAYS)
        if first is not None:
            told.append(first[1] is not None and first[1] - first[0] <= FALSE_CLOSE_DAYS)
    return _share(told)


def wrongly_opened(stages: Sequence[Seen], who: str) -> Estimate | None:
    """The share of stages with an alarm between `since` and `until`, a change that is no degradation."""
    return _share([_first(seen.spans[who], seen.since, seen.until) is not None for seen in stages])


def _first(spans: Sequence[Span], since: float, until: float) -> Span | None:
    return next((span for span in spans if since <= span[0] < until), None)


def _open_at(spans: Sequence[Span], moment: float) -> Span | None:
    return next((span for span in spans if span[0] < moment and (span[1] is None or span[1] >= moment)), None)


def _mean(values: Sequence[float], of: int) -> Estimate | None:
    if not values:
        return None
    error = _spread(values) / sqrt(len(values))
    return Estimate(fmean(values), error, len(values), len(values) / of)


def _share(told: Sequence[bool]) -> Estimate | None:
    if not told:
        return None
    n, share = len(told), fmean(told)
    careful = (sum(told) + 0.5) / (n + 1)  # 0 of n is not an error of 0
    return Estimate(share, sqrt(careful * (1 - careful) / n), n)


def _spread(values: Sequence[float]) -> float:
    return stdev(values) if len(values) > 1 else 0.0
