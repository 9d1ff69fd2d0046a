"""Whole numbers that add up: shares rounded so that their sum is the headline's."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor


def apportion(shares: Sequence[float], total: int) -> list[int]:
    """`shares` rounded to whole numbers whose sum is `total` (largest remainders first; Hamilton).

    total should be near Σ shares (it is the rounded change); any gap beyond rounding goes round by round.
    """
    if not shares:
        return []
    whole = [floor(share) for share in shares]
    rest = total - sum(whole)
    order = sorted(range(len(shares)), key=lambda i: shares[i] - whole[i], reverse=rest >= 0)
    step = 1 if rest >= 0 else -1
    for place in range(abs(rest)):
        whole[order[place % len(order)]] += step
    return whole
