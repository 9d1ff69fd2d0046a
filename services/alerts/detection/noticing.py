"""How soon a drop would be noticed: said openly for every stage."""

from __future__ import annotations

from math import log

from services.alerts.detection.baseline import VOLUME_DAYS, Baseline
from services.alerts.detection.evidence import budget


def noticed_after_days(learned: Baseline, false_alarms_per_year: float, drop: float) -> float | None:
    """About how many days a lasting drop (unit scale) takes to be noticed: φ(ln(A·n·KL) − 1)/(n·KL).

    n is the answers a day of the last 28 days. None where there are too few answers for the formula to hold.
    """
    information = learned.recent / VOLUME_DAYS * drop * drop / (2 * learned.variance)
    proof = budget(false_alarms_per_year) * information
    if learned.learning or proof <= 0 or log(proof) <= 1:
        return None
    outnumbered = max(1.0, sum(learned.young_surveys.values()) / learned.n)
    return learned.clustering * outnumbered * (log(proof) - 1) / information
