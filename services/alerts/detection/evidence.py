"""Betting against "this stage is healthy": the scalar steps of the detector, plain functions of floats.

E-detector in Shiryaev-Roberts form (Shin, Ramdas, Rinaldo, arXiv 2203.03532) in calendar time. Each bet believes in
one drop of the mean. While the stage is healthy, R grows no faster than the days that pass, so R >= A happens at most
once in A days on average, however often one looks. C is the best case against health since any one starting point.
"""

from __future__ import annotations

from collections.abc import Sequence

DROPS = (0.025, 0.05, 0.10, 0.20)
LEAST_NULL, MOST_NULL = 0.02, 0.98
CASE_CAP = 1e12
CASE_NEEDED = 20.0
RECOVERY_DAYS = 180.0
RECOVERY_STEP = 0.025
DAYS_A_YEAR = 365.0


def clamp(mean: float) -> float:
    """`mean` kept off 0 and 1, where a single answer would be a proof."""
    return min(max(mean, LEAST_NULL), MOST_NULL)


def stake_down(drop: float, variance: float, null: float) -> float:
    """λ: how much to bet on a mean `drop` below `null`; at most what halves the money on the best answer."""
    return min(drop / (variance + drop * drop), 0.5 / (1.0 - null))


def stake_up(rise: float, variance: float, null: float) -> float:
    """The mirrored λ: how much to bet on a mean `rise` above `null`."""
    return min(rise / (variance + rise * rise), 0.5 / null)


def factor_down(stake: float, null: float, unit: float, clustering: float) -> float:
    """e: what the answer `unit` (0, ½ or 1) multiplies the evidence for a drop by; its mean is at most 1 in health."""
    return float((1.0 + stake * (null - unit)) ** (1.0 / clustering))


def factor_up(stake: float, null: float, unit: float, clustering: float) -> float:
    """The mirrored e: what the answer multiplies the evidence for a rise above `null` by."""
    return float((1.0 + stake * (unit - null)) ** (1.0 / clustering))


def bet(evidence: list[float], case: list[float], days: float, factors: Sequence[float]) -> None:
    """All bets on one answer: R and C after it, in place. `days` is D, the clock time since the last one that bet, in
    days. Plain and without calls, because it is what every answer costs."""
    for k in range(len(factors)):
        factor = factors[k]
        evidence[k] = (evidence[k] + days) * factor
        grown = (case[k] if case[k] > 1.0 else 1.0) * factor
        case[k] = grown if grown < CASE_CAP else CASE_CAP


def proven(evidence: list[float], case: list[float], needed: float, case_needed: float) -> bool:
    """Whether the bets together have won what was asked: mean(R) ≥ `needed` days and mean(C) ≥ `case_needed`."""
    return mean_of(evidence) >= needed and mean_of(case) >= case_needed


def budget(false_alarms_per_year: float) -> float:
    """A: days a healthy stage runs, on average at least, before it raises a false alarm."""
    return DAYS_A_YEAR / false_alarms_per_year


def mean_of(bets: list[float]) -> float:
    """The mean over the bets, always summed in the same order."""
    return (bets[0] + bets[1] + bets[2] + bets[3]) / 4.0
