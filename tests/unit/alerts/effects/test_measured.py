"""The effect of an action against an independent computation, answer by answer, and what must hold of it always."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts import effects
from services.alerts.effects import Days, sequence
from services.alerts.effects.measured import rest_on
from services.alerts.effects.verdicts import days_until, half_width
from tests.unit.alerts.effects.days import START, answered, histogram, question

WORTH = {score: 0.0 if score < 7 else 0.5 if score < 9 else 1.0 for score in range(11)}


def answers(days: Days, first: int, last: int) -> list[tuple[int, float]]:
    """(day, worth) of each answer of days [first, last) since the start."""
    return [
        ((day - START).days, WORTH[score])
        for day, counts in days.items()
        for score, count in enumerate(counts)
        for _ in range(count)
        if first <= (day - START).days < last
    ]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_side_by_side_equals_an_independent_computation() -> None:
    """Must-show 3, in the small: two segments, plain difference, day-clustered error, the paper's formula."""
    treated, control = answered(1, 0, 20, nps=35, a_day=15, since=30), answered(2, 0, 20, nps=35, a_day=12)
    found = effects.measured(question(treated, control, before=0, since=21))
    sides = [answers(treated, 0, 21), answers(control, 0, 21)]
    means = [mean([worth for _, worth in side]) for side in sides]
    variances = [mean([(worth - m) ** 2 for _, worth in side]) for side, m in zip(sides, means, strict=True)]
    # the spread of the days' contrast over what independent answers would make; one mean fitted, two off for Student
    over, chance = [], []
    for day in range(21):
        of_day = [[worth for at, worth in side if at == day] for side in sides]
        off = [
            sum(w - m for w in day_) / len(side) for day_, side, m in zip(of_day, sides, means, strict=True)
        ]
        over.append((off[0] - off[1]) ** 2)
        chance.append(
            sum(
                v * len(day_) / len(side) ** 2 for v, day_, side in zip(variances, of_day, sides, strict=True)
            )
        )
    worth = sum(chance) ** 2 / sum(one**2 for one in chance)
    phi = max(1.0, sum(over) / sum(chance) * worth / (worth - 3))
    variance = phi * sum(v / len(side) for v, side in zip(variances, sides, strict=True))
    # ρ is tuned to 56 days like the first week; in t = answers, σ²/t = variance
    alpha, rho_t = 0.05, 8.211968062068252 * 21 / 56
    half = sqrt(variance * 2 * (rho_t + 1) / rho_t * log(sqrt(rho_t + 1) / alpha))
    effect = 200 * (means[0] - means[1])
    assert found.design == effects.SIDE_BY_SIDE
    assert (found.effect, found.low, found.high) == pytest.approx(
        (effect, effect - 200 * half, effect + 200 * half)
    )
    assert found.verdict == (effects.WORKED if effect > 200 * half else effects.NO_EVIDENCE_YET)


def test_against_a_control_the_effect_is_the_difference_of_the_changes() -> None:
    treated, control = answered(1, -56, 39, since=35), answered(2, -56, 39, nps=25, since=5)
    found = effects.measured(question(treated, control))
    scores = [
        200 * mean([worth for _, worth in answers(side, *days)])
        for side in (treated, control)
        for days in ((-56, 0), (0, 40))
    ]
    assert found.change == pytest.approx(scores[1] - scores[0])
    assert found.control_change == pytest.approx(scores[3] - scores[2])
    assert found.effect == pytest.approx(scores[1] - scores[0] - scores[3] + scores[2])
    assert found.effect is not None
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < found.effect < found.high
    assert (found.verdict, found.about_days_more) == (effects.WORKED, None)


def test_what_moves_both_is_no_effect_and_without_a_control_it_is() -> None:
    """A strike: both fall by 30."""
    treated, control = answered(1, -56, 39, since=-30), answered(2, -56, 39, since=-30)
    assert effects.measured(question(treated, control)).verdict == effects.NO_EVIDENCE_YET
    assert effects.measured(question(treated, None)).verdict == effects.WORSE


def test_the_sequence_is_narrowest_at_the_review() -> None:
    """y* solves y = log((y + 1)/α²); there a look costs 3.04 standard errors."""
    tuned = sequence.tuned()
    assert tuned == pytest.approx(log((tuned + 1) / 0.0025))
    at = sequence.half_width(1.0, 1.0, tuned, 0.95)
    assert at == pytest.approx(3.035, abs=0.001)
    assert all(sequence.half_width(1.0, 1.0, tuned * off, 0.95) > at for off in (0.7, 0.95, 1.05, 1.5))


@pytest.mark.parametrize(
    ("treated", "control", "before", "since", "missing"),
    [
        (answered(1, -56, 5), answered(2, -56, 5), 56, 6, "days"),
        (answered(1, -56, 20, a_day=1), answered(2, -56, 20), 56, 21, "answers_since"),
        (answered(1, -1, 30), answered(2, -56, 30), 1, 31, "days_before"),
        (answered(1, -3, 16), answered(2, -56, 16), 3, 17, "days_before"),
        (answered(1, -8, 20, a_day=3), answered(2, -56, 20), 8, 21, "answers_before"),
        (answered(1, 0, 20), None, 0, 21, "before"),
    ],
)
def test_too_little_is_no_verdict(
    treated: Days, control: Days | None, before: int, since: int, missing: str
) -> None:
    found = effects.measured(question(treated, control, before=before, since=since))
    assert (found.missing, found.verdict, found.effect) == (missing, effects.NO_EVIDENCE_YET, None)


def test_weekdays_of_a_short_time_are_no_effect() -> None:
    """Weekends are 60 points lower at the treated stage; its first eleven days hold three weekend days of eleven."""
    days = range(-56, 9)
    week = {START + timedelta(days=i): 5 if (START + timedelta(days=i)).weekday() < 5 else 2 for i in days}
    treated = {day: histogram(*([10] * (8 * good)), *([3] * (8 * (6 - good)))) for day, good in week.items()}
    still = {day: histogram(*([10] * 24), *([3] * 24)) for day in week}
    found = effects.measured(question(treated, still, since=9))  # nine days: two of the weekend
    assert found.tilt is not None
    assert found.effect is not None
    assert found.tilt == pytest.approx(abs(found.effect), rel=0.35)
    assert found.tilt > 2
    whole = effects.measured(question(treated, still, since=7))
    assert whole.tilt == pytest.approx(0.0, abs=1e-9)


days_of = st.lists(st.lists(st.integers(0, 10), min_size=2, max_size=12), min_size=30, max_size=45)


@settings(max_examples=60)
@given(days_of, days_of)
def test_always(treated_days: list[list[int]], control_days: list[list[int]]) -> None:
    """Swapped sides give the mirrored effect; the interval holds it and only shrinks; more clustering never helps."""
    first = START - timedelta(days=16)
    treated, control = (
        {first + timedelta(days=i): histogram(*scores) for i, scores in enumerate(side)}
        for side in (treated_days, control_days)
    )
    since = min(len(treated_days), len(control_days)) - 16
    asked = question(treated, control, before=16, since=since)
    found, mirrored = (
        effects.measured(asked),
        effects.measured(replace(asked, treated=control, control=treated)),
    )
    if found.missing:
        assert found.verdict == effects.NO_EVIDENCE_YET
        return
    assert found.effect is not None
    assert found.low is not None
    assert found.high is not None
    assert mirrored.effect == pytest.approx(-found.effect)
    assert mirrored.low == pytest.approx(-found.high)
    assert found.low <= found.effect <= found.high
    assert (found.verdict == effects.WORKED) == (found.low > 0)
    assert (found.verdict == effects.WORSE) == (found.high < 0)
    rests = rest_on(asked)
    widths = [half_width(rests, 0.95, more) for more in (1, 2, 10, 100, 700)]
    assert widths == sorted(widths, reverse=True)
    assert half_width(replace(rests, clustering=rests.clustering + 1), 0.95) > half_width(rests, 0.95)
    if found.about_days_more and found.for_points:
        assert half_width(rests, 0.95, found.about_days_more) * 200 <= found.for_points + 1e-9
        assert days_until(rests, 0.95, found.for_points / 200) == found.about_days_more


def test_how_long_it_takes_is_said_and_comes_true() -> None:
    """So many days on, with answers as before, an effect of that size shows."""
    treated, control = answered(1, -56, 250, a_day=60), answered(2, -56, 250, a_day=60)
    now = effects.measured(question(treated, control, since=20))
    assert now.verdict == effects.NO_EVIDENCE_YET
    assert now.about_days_more is not None
    assert now.for_points == pytest.approx(10.0)
    then = effects.measured(question(treated, control, since=20 + now.about_days_more))
    assert then.high is not None
    assert then.low is not None
    assert (then.high - then.low) / 2 == pytest.approx(10.0, rel=0.1)


def test_where_it_will_never_show_nothing_is_promised() -> None:
    treated, control = answered(1, -56, 40, a_day=1), answered(2, -56, 40, a_day=1)
    found = effects.measured(question(treated, control))
    assert (found.verdict, found.about_days_more, found.for_points) == (effects.NO_EVIDENCE_YET, None, None)


def test_days_that_differ_widen_the_interval() -> None:
    """The same answers, once all days alike, once good days and bad days."""
    alike = {START + timedelta(days=i): histogram(*([10] * 20), *([3] * 20)) for i in range(-56, 40)}
    apart = {
        day: histogram(*([10] * (36 if i % 2 else 4)), *([3] * (4 if i % 2 else 36)))
        for i, day in enumerate(alike)
    }
    calm, wild = (effects.measured(question(side, alike)) for side in (alike, apart))
    assert calm.clustering == 1.0
    assert wild.clustering is not None
    assert wild.clustering > 8
    assert wild.high is not None
    assert calm.high is not None
    assert wild.high > 2.5 * calm.high
