"""Every formula behind a score, once (DESIGN §2). A score is a pure function of a histogram.

A histogram is a sequence of 11 counts: index = the score 0…10 a customer gave. All scores, bounds and changes are
points of the metric: NPS -100…100, CSAT and CES per cent of answers in the top box.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from statistics import NormalDist

FORMULA = "1"
LEVEL = 0.95
SMALL_SAMPLE = 30
SLOTS = 11

METRICS = ("csat", "nps", "ces")
AUDIENCES = ("customer", "employee")
SCALES = {"csat": range(1, 6), "nps": range(11), "ces": range(1, 8)}

# Worth of each score in half-units: 0, 1, 2 for detractor, passive, promoter; 0 or 2 for outside or in the top box.
_HALF_UNITS = {
    "csat": {score: 2 * (score >= 4) for score in SCALES["csat"]},
    "nps": {score: (score >= 7) + (score >= 9) for score in SCALES["nps"]},
    "ces": {score: 2 * (score >= 5) for score in SCALES["ces"]},
}
_POINTS_PER_UNIT = {"csat": 100, "nps": 200, "ces": 100}

Histogram = Sequence[int]


@dataclass(frozen=True, slots=True)
class Score:
    """A metric's value with what it rests on. score, low, high and mean are None where n is 0."""

    metric: str
    n: int
    score: float | None
    low: float | None
    high: float | None
    level: float
    mean: float | None
    histogram: tuple[int, ...]
    small_sample: bool
    formula: str = FORMULA


def score(metric: str, histogram: Histogram, level: float = LEVEL) -> Score:
    """The score of a histogram with its interval at `level`: adjusted Wald for NPS, Wilson for CSAT and CES.

    Nothing is rounded, and the adjusted Wald bounds of a very small sample may pass ±100 as the formula has it.
    Raises ValueError for an unknown metric, a wrong level, negative counts or counts outside the metric's scale.
    """
    counts = _checked(metric, histogram)
    n = sum(counts)
    if n == 0:
        return Score(metric, 0, None, None, None, level, None, counts, True)
    low, high = _interval(metric, counts, z(level))
    mean = sum(value * count for value, count in enumerate(counts)) / n
    return Score(metric, n, _value(metric, counts), low, high, level, mean, counts, n < SMALL_SAMPLE)


def half_units(metric: str, given: int) -> int:
    """What one answer is worth to the detector, in half-units: 0, 1 or 2. Raises KeyError outside the scale."""
    return _HALF_UNITS[metric][given]


def half_unit_counts(metric: str, histogram: Histogram) -> tuple[int, int, int]:
    """How many answers are worth 0, 1 and 2 half-units (for NPS: detractors, passives, promoters)."""
    counts = [0, 0, 0]
    for given, worth in _HALF_UNITS[metric].items():
        counts[worth] += histogram[given]
    return counts[0], counts[1], counts[2]


def pool(histograms: Iterable[Histogram]) -> tuple[int, ...]:
    """The sum of histograms of one metric and audience: how scores roll up. No histograms give an empty one."""
    return tuple(map(sum, zip((0,) * SLOTS, *histograms, strict=True)))


def points(metric: str, units: float) -> float:
    """A difference on the unit scale in points of the metric: 1 unit = 200 NPS points or 100 percentage points."""
    return units * _POINTS_PER_UNIT[metric]


def units(metric: str, difference: float) -> float:
    """A difference in points of the metric on the unit scale; the inverse of `points`."""
    return difference / _POINTS_PER_UNIT[metric]


def adjusted(metric: str, histogram: Histogram, level: float = LEVEL) -> tuple[float, float]:
    """The score drawn to the middle as in its interval, in points, and its squared standard error: for differences.

    `added` answers are added, spread evenly, so that five equal answers are not taken for certainty. The squared
    error is never 0. Raises ValueError where there is no answer.
    """
    counts = _checked(metric, histogram)
    if not any(counts):
        raise ValueError("no answers, no error to estimate")
    if metric == "nps":
        centre, squared_error = _nps_adjusted(counts)
    else:
        hits = half_unit_counts(metric, counts)[2]
        centre, squared_error = _box_adjusted(hits, sum(counts), added(metric, level))
    return 100 * centre, 1e4 * squared_error


def added(metric: str, level: float = LEVEL) -> float:
    """How many answers the intervals add to those given: 3 for NPS, z² for CSAT and CES."""
    return 3 if metric == "nps" else z(level) ** 2


@lru_cache(maxsize=1024)
def z(level: float) -> float:
    """The two-sided normal quantile: 1.96 at .95. Raises ValueError unless 0 < level < 1."""
    if not 0 < level < 1:
        raise ValueError(f"level {level} is not between 0 and 1")
    return NormalDist().inv_cdf((1 + level) / 2)


def _checked(metric: str, histogram: Histogram) -> tuple[int, ...]:
    if metric not in SCALES:
        raise ValueError(f"unknown metric {metric!r}")
    counts = tuple(histogram)
    if len(counts) != SLOTS or min(counts) < 0:
        raise ValueError("a histogram is 11 counts of 0 or more")
    if any(count for given, count in enumerate(counts) if given not in SCALES[metric]):
        raise ValueError(f"the histogram counts scores outside the {metric} scale")
    return counts


def _value(metric: str, counts: tuple[int, ...]) -> float:
    worst, _, best = half_unit_counts(metric, counts)
    return 100 * (best - worst if metric == "nps" else best) / sum(counts)


def _interval(metric: str, counts: tuple[int, ...], quantile: float) -> tuple[float, float]:
    if metric == "nps":
        centre, squared_error = _nps_adjusted(counts)
        half = quantile * sqrt(squared_error)
        return 100 * (centre - half), 100 * (centre + half)
    return _wilson(half_unit_counts(metric, counts)[2], sum(counts), quantile)


def _nps_adjusted(counts: tuple[int, ...]) -> tuple[float, float]:
    """Adjusted Wald (Rocks 2016): p' - d' and its squared standard error, both on the scale -1…1."""
    worst, _, best = half_unit_counts("nps", counts)
    n = sum(counts) + 3
    promoters, detractors = (best + 0.75) / n, (worst + 0.75) / n
    centre = promoters - detractors
    return centre, (promoters + detractors - centre**2) / n


def _box_adjusted(hits: int, n: int, added: float) -> tuple[float, float]:
    """The share of hits with `added` answers, half of them hits (z²: Wilson's midpoint), and its squared error."""
    share = (hits + added / 2) / (n + added)
    return share, share * (1 - share) / (n + added)


def _wilson(hits: int, n: int, quantile: float) -> tuple[float, float]:
    """Wilson (1927) in per cent. 0 of n has the lower bound 0 and n of n the upper bound 100 without rounding noise."""
    squared = quantile**2
    centre = (hits + squared / 2) / (n + squared)
    half = quantile * sqrt(hits * (n - hits) / n + squared / 4) / (n + squared)
    low = 0.0 if hits == 0 else 100 * (centre - half)
    high = 100.0 if hits == n else 100 * (centre + half)
    return low, high
