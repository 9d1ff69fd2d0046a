"""The half-width of an interval that holds at all times together, so that looking every day costs nothing.

An asymptotic confidence sequence in the form of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central
limit theory and asymptotic confidence sequences" (arXiv 2103.06476, Theorem 2.2). With the mean of t answers of
variance σ² and any ρ > 0,

    mean ± σ·√( 2(tρ² + 1)/(t²ρ²) · log(√(tρ² + 1)/α) )

covers the truth at every t together with probability 1 − α, as the first look is late enough. Written in y = tρ² and in
the estimate's own variance σ²/t it is

    estimate ± √( variance · (y + 1)/y · log((y + 1)/α²) )

where y is how much is known (1/variance) in units that must be fixed before the answers are seen. That is what ρ is
for: the sequence is narrowest, for what is known, where the derivative in y is nought, y* = log((y* + 1)/α²), which is
−W₋₁(−α²/e) − 1 in the paper: 8.21 at α = .05. So y = y*·(what is known)/(what is planned to be known at the review),
and at the planned review the half-width is 3.04 standard errors (a single look would take 1.96).

The estimate here is a change since a fixed time before. Its error has a part that is there from the first day (of the
days before) and one that shrinks (of the days since), and in 1/variance as clock its course is that of a mean of more
and more answers (Jennison and Turnbull, Group Sequential Methods, 1999, ch. 3: independent increments of information),
so that the same mixture covers it. This is exact only where the variance of an answer stays the same; `make simulate`
measures what it does otherwise (docs/effects.md).
"""

from __future__ import annotations

from math import log, sqrt

LEVEL = 0.95
_ROUNDS = 60


def tuned(level: float = LEVEL) -> float:
    """y*: where the sequence is narrowest. Raises ValueError unless 0 < level < 1."""
    if not 0 < level < 1:
        raise ValueError(f"level {level} is not between 0 and 1")
    found, alpha = 8.0, 1 - level
    for _ in range(_ROUNDS):  # a contraction: the derivative is 1/(y + 1)
        found = log((found + 1) / alpha**2)
    return found


def half_width(variance: float, known: float, tuned: float, level: float) -> float:
    """Of the interval around an estimate of this `variance`, in its unit.

    known: what is known by now as a share of what the planned review will know (1 at the review). tuned: y*.
    """
    y = tuned * known
    alpha = 1 - level
    return sqrt(variance * (y + 1) / y * log((y + 1) / (alpha * alpha)))
