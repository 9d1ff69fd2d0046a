"""An action's effect from day sums: treated against control, since against before. Scalar steps over plain sequences.

A series is (n, total, squares): for each of consecutive days how many answered, the sum of what they are worth on the
unit scale (DESIGN §2), and of its squares. Days [0, start) are before, [start, end) since; start 0: nothing is compared
with a time before. The functions here are compiled as they stand by the simulation: they take lists and arrays alike.

The effect is (since − before) of the treated minus (since − before) of the control, each a mean of all answers of its
days together. Its variance is that of independent answers times φ ≥ 1, how much more the days of the contrast (treated
minus control) spread around their period and weekday than independent answers would: answers of a day are alike. What
moves treated and control on the same day cancels. What different weekdays of the two periods make of the change is
taken for an error, never for an effect.
"""

from __future__ import annotations

from collections.abc import Sequence

Numbers = Sequence[float]
Series = tuple[Numbers, Numbers, Numbers]

LEAST_VARIANCE = 0.02  # as the detector's: five equal answers are no certainty
SHRINK = 150.0
WEEK = 7
# Fewer days tell nothing of weekdays: then these are part of the noise.
DAYS_FOR_WEEKDAYS = 28


def pooled(series: Series, first: int, last: int) -> tuple[float, float, float]:
    """n, mean and variance of an answer over days [first, last); zeros where nobody answered."""
    count, total, squares = 0.0, 0.0, 0.0
    for i in range(first, last):
        count += series[0][i]
        total += series[1][i]
        squares += series[2][i]
    if count == 0.0:
        return 0.0, 0.0, 0.0
    mean = total / count
    return count, mean, max(squares / count - mean * mean, LEAST_VARIANCE)


def weekdays(
    series: Series, monday: int, start: int, end: int, before: float, since: float
) -> tuple[list[float], list[float]]:
    """How far each weekday lies from its period's mean, drawn to 0 where it has few answers, Monday first; and what the
    weekdays alone make of the level of [before, since]. monday: the index of a Monday."""
    counts, sums = [0.0] * WEEK, [0.0] * WEEK
    for i in range(end):
        at = (i - monday) % WEEK
        counts[at] += series[0][i]
        sums[at] += series[1][i] - series[0][i] * (before if i < start else since)
    usual = [sums[at] / (counts[at] + SHRINK) for at in range(WEEK)]
    levels, totals = [0.0, 0.0], [0.0, 0.0]
    for i in range(end):
        side = 0 if i < start else 1
        levels[side] += series[0][i] * usual[(i - monday) % WEEK]
        totals[side] += series[0][i]
    for side in range(2):
        levels[side] = levels[side] / totals[side] if totals[side] > 0.0 else 0.0
    return usual, levels


def clustering(
    treated: Series,
    control: Series,
    monday: int,
    start: int,
    end: int,
    means: Sequence[float],
    variances: Sequence[float],
    usual: tuple[list[float], list[float]],
    adjusted: bool,
) -> float:
    """φ ≥ 1 of the contrast. means, variances: (treated before, since, control before, since); adjusted: for weekdays.

    Days count as many as they would, were all as busy as those that count most: few busy days among many quiet ones
    tell little of how days differ. Two more are taken off because the spread is itself known from so few only: the
    variance of Student's t is ν/(ν − 2) times that of the normal.
    """
    rates = [0.0, 0.0]
    for i in range(end):
        rates[0] += treated[0][i] / end
        rates[1] += control[0][i] / end
    found, expected, squares, days = 0.0, 0.0, 0.0, 0.0
    for i in range(end):
        side, at = (0 if i < start else 1), (i - monday) % WEEK
        n, m = treated[0][i], control[0][i]
        if n + m == 0.0:
            continue
        off = (treated[1][i] - n * (means[side] + usual[0][at])) / rates[0]
        chance = variances[side] * n / rates[0] ** 2
        if rates[1] > 0.0:
            off -= (control[1][i] - m * (means[2 + side] + usual[1][at])) / rates[1]
            chance += variances[2 + side] * m / rates[1] ** 2
        found += off * off
        expected += chance
        squares += chance * chance
        days += 1.0
    worth, means_fitted = expected * expected / squares, 1.0 if start == 0 else 2.0
    widened = worth / max(worth - means_fitted - 2.0, 1.0)
    if adjusted:
        widened *= days / (days - (WEEK - 1.0))
    return max(1.0, found / expected * widened)


def contrast(
    treated: Series, control: Series, monday: int, start: int, end: int
) -> tuple[float, float, float, float, float]:
    """The effect on the unit scale, and what it rests on: (effect, from_before, from_since, φ, tilt).

    from_before + from_since, times φ, is the effect's variance; tilt is what the weekdays of the two periods make of
    it. monday: the index of a Monday. The treated must have answers since; a control of zeros is none.
    """
    tb, mtb, vtb = pooled(treated, 0, start)
    ts, mts, vts = pooled(treated, start, end)
    cb, mcb, vcb = pooled(control, 0, start)
    cs, mcs, vcs = pooled(control, start, end)
    effect = (mts - mtb) - (mcs - mcb)
    from_before = (vtb / tb if tb > 0.0 else 0.0) + (vcb / cb if cb > 0.0 else 0.0)
    from_since = vts / ts + (vcs / cs if cs > 0.0 else 0.0)
    usual, tilt = ([0.0] * WEEK, [0.0] * WEEK), 0.0
    adjusted = start > 0 and end >= DAYS_FOR_WEEKDAYS
    if adjusted:
        of_treated, moved = weekdays(treated, monday, start, end, mtb, mts)
        of_control, moved_too = weekdays(control, monday, start, end, mcb, mcs)
        usual = (of_treated, of_control)
        tilt = abs((moved[1] - moved[0]) - (moved_too[1] - moved_too[0]))
    means, variances = (mtb, mts, mcb, mcs), (vtb, vts, vcb, vcs)
    phi = clustering(treated, control, monday, start, end, means, variances, usual, adjusted)
    return effect, from_before, from_since, phi, tilt
