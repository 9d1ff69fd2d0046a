"""How far out a week's mean lies: standard normal deviates that hold in the tails, also of few and of uneven answers.

An answer is worth 0, ½ or 1. Among 60 series a list is held against chances near one in a thousand, where the normal
curve is wrong by a factor of ten for 35 answers of a stage that nearly everybody likes. So the deviate is
r* = r + ln(v/r)/r of Lugannani and Rice (1980; Barndorff-Nielsen's form), from the past's own three-point distribution.
"""

from __future__ import annotations

from math import exp, log, sqrt
from statistics import NormalDist

_NORMAL = NormalDist()
_STEPS = 60
_CLOSE = 1e-4
Chances = tuple[float, float, float]  # of 0, ½ and 1


def deviate(chances: Chances, answers: float, mean: float) -> float:
    """The standard normal deviate with the same tail as a mean of so many independent answers (any real number > 0).

    chances: all but that of ½ above 0. mean: strictly between 0 and 1.
    """
    expected = chances[1] / 2 + chances[2]
    variance = chances[1] / 4 + chances[2] - expected**2
    plain = (mean - expected) * sqrt(answers / variance)
    if abs(plain) < _CLOSE:
        return plain
    tilt = _tilt(chances, mean)
    r = sqrt(max(2 * answers * (tilt * mean - _log_moment(chances, tilt)), 0.0))
    v = abs(tilt) * sqrt(answers * _moments(chances, tilt)[1])
    if r < _CLOSE:
        return plain
    found = max(r + log(v / r) / r, 0.0)
    return found if mean > expected else -found


def of_student(t: float, freedom: float) -> float:
    """The normal deviate with the same tail as Student's t (Wallace 1959)."""
    far = (8 * freedom + 1) / (8 * freedom + 3) * sqrt(freedom * log(1 + t * t / freedom))
    return far if t > 0 else -far


def student(deviate: float, freedom: float) -> float:
    """The inverse of of_student, for a deviate of 0 or more."""
    near = deviate * (8 * freedom + 3) / (8 * freedom + 1)
    return sqrt(freedom * (exp(near * near / freedom) - 1))


def two_sided(deviate: float) -> float:
    """The chance of lying so far out, either way."""
    return 2 * _NORMAL.cdf(-abs(deviate))


def quantile(chance: float) -> float:
    """The deviate that is passed with this chance, either way: 1.96 at .05."""
    return -_NORMAL.inv_cdf(chance / 2)


def _tilt(chances: Chances, mean: float) -> float:
    """The saddlepoint: where the tilted distribution has this mean. The mean rises with the tilt, so halve."""
    low, high = -60.0, 60.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _moments(chances, middle)[0] < mean:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _log_moment(chances: Chances, tilt: float) -> float:
    return log(chances[0] + chances[1] * exp(tilt / 2) + chances[2] * exp(tilt))


def _moments(chances: Chances, tilt: float) -> tuple[float, float]:
    """Mean and variance of the tilted distribution."""
    middle, best = chances[1] * exp(tilt / 2), chances[2] * exp(tilt)
    total = chances[0] + middle + best
    mean = (middle / 2 + best) / total
    return mean, (middle / 4 + best) / total - mean**2
