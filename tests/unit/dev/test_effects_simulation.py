"""The simulation of actions looks with the formulas that run live; a small part of it, with bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from dev.simulation.effects.looking import STARTED_ON, Called, look
from dev.simulation.effects.page import broken, errors, markdown, power
from dev.simulation.effects.run import Cell, cells, parcels, results
from dev.simulation.effects.scenarios import NO_EFFECT, SCENARIOS, VOLUMES
from dev.simulation.effects.worlds import DAYS, HISTORY, USUAL, Drawn, World, draw
from services.alerts import effects
from services.alerts.effects import Days, Period, Question


def drawn(world: World, volume: float, seed: int = 3) -> Drawn:
    """An action that starts on the weekday of STARTED_ON."""
    random = np.random.default_rng(seed)
    while True:
        made = draw(world, volume, random)
        if (HISTORY - made.monday) % 7 == STARTED_ON.weekday():
            return made


def histograms(series: tuple[np.ndarray, ...]) -> Days:
    """The same answers as detractors, passives and promoters."""
    found = {}
    for at in range(DAYS):
        n, total, squares = (float(one[at]) for one in series)
        middle = round(4 * (total - squares))
        best = round(total - middle / 2)
        counts = [0] * 11
        counts[3], counts[8], counts[10] = round(n) - middle - best, middle, best
        if n:
            found[STARTED_ON + timedelta(days=at - HISTORY)] = tuple(counts)
    return found


@pytest.mark.parametrize(
    "world",
    [
        replace(USUAL, effect=15.0),
        replace(USUAL, effect=-15.0, control=False),
        replace(USUAL, effect=15.0, side_by_side=True),
    ],
    ids=["control", "alone", "side by side"],
)
def test_the_compiled_looks_are_the_live_ones(world: World) -> None:
    """The first day of a verdict is that of measured(), asked day by day."""
    made = drawn(world, 25.0)
    treated, control = histograms(made.treated), histograms(made.control) if world.control else None
    numbers = [{day: sum(counts) for day, counts in side.items()} for side in (treated, control or {})]
    before = effects.before(STARTED_ON, numbers[0], numbers[1] if control else None, None)
    asked = Question(
        "nps",
        treated,
        control,
        None if world.side_by_side else before,
        Period(STARTED_ON, STARTED_ON),
        STARTED_ON + effects.REVIEW_AFTER,
    )
    wanted = effects.WORKED if world.effect > 0 else effects.WORSE
    first = next(
        days
        for days in range(1, 366)
        if effects.measured(
            replace(asked, since=Period(STARTED_ON, STARTED_ON + timedelta(days=days - 1)))
        ).verdict
        == wanted
    )
    assert first > 7
    found = look(made, world)
    assert (found.worked if world.effect > 0 else found.worse) == first


def called(world: World, volume: float, count: int) -> list[Called]:
    return [look(draw(world, volume, np.random.default_rng((5, n))), world) for n in range(count)]


def ever(world: World, volume: float, count: int = 120) -> float:
    return sum(bool(one.worked or one.worse) for one in called(world, volume, count)) / count


def test_a_year_of_daily_looks_at_nothing_is_called_at_most_five_times_in_a_hundred() -> None:
    assert ever(USUAL, 50.0) <= 0.05


def test_an_interval_for_a_single_look_is_called_far_more_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """What everybody else's dashboard does: 1.96 standard errors, every day."""
    from dev.simulation.effects import looking

    monkeypatch.setattr(looking, "half_width", one_look)
    looking.compiled.cache_clear()
    try:
        assert ever(USUAL, 50.0) > 0.15
    finally:
        looking.compiled.cache_clear()


def one_look(variance: float, known: float, tuned: float, level: float) -> float:
    return 1.96 * float(variance**0.5)


def test_ten_points_at_fifty_a_day_are_mostly_found_by_the_review() -> None:
    found = called(replace(USUAL, effect=10.0), 50.0, 60)
    assert sum(0 < one.worked <= 56 for one in found) / 60 > 0.6
    assert not any(one.worse for one in found)


def test_a_run_is_the_same_every_time_and_becomes_a_page() -> None:
    few = [one for one in parcels(SCENARIOS[:1], 0.005) if one.volume == 5.0]
    assert list(results(few, 1)) == list(results(few, 1))
    made = [Cell(one, volume, [Called(40, 0), Called(0, 0)]) for one in SCENARIOS for volume in VOLUMES]
    page = markdown(made, "Two actions.")
    assert "Two actions." in page
    assert "half are called by day 40." in page
    assert "{" not in page
    assert len(list(errors(made, NO_EFFECT))) == len(NO_EFFECT)
    assert next(power(made))[1].startswith("50 % / 50.0 ±")
    assert not broken(Cell(NO_EFFECT[0], 5.0, [Called(0, 0)] * 95 + [Called(3, 0)] * 5))
    assert broken(Cell(NO_EFFECT[0], 5.0, [Called(0, 0)] * 80 + [Called(3, 0)] * 20))
    assert [cell.scenario for cell in cells(SCENARIOS[:1], [])] == [SCENARIOS[0]] * 3
