"""The simulation runs the detector that runs live: the same bits, compiled or not."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from dev.simulation import measures, worlds
from dev.simulation.measures import Estimate
from dev.simulation.page import markdown
from dev.simulation.picture import draw as draw_picture
from dev.simulation.run import cells, parcels, results
from dev.simulation.scenarios import SCENARIOS, VOLUMES
from dev.simulation.seen import OURS, WINS, Seen
from dev.simulation.stages import Stage, draw
from dev.simulation.table import WHO, broken, compared, ours, shown
from dev.simulation.watching import compiled, plain_step, plain_won, watch
from dev.simulation.wins import page as wins_page
from dev.simulation.wins import scenarios as wins
from dev.simulation.worlds import Make
from services.alerts.detection import Closing, Detector, Opening, State, Win, to_json
from services.alerts.detection.evidence import bet, mean_of

WORLDS: dict[str, tuple[Make, float]] = {
    "drop and recovery": (partial(worlds.drop, points=40, lasts=50, live=160, history=150), 25.0),
    "nightly": (partial(worlds.drop, points=50, lasts=50, live=160, history=150, nightly=True), 25.0),
    "from nothing": (partial(worlds.healthy, history=0, live=120), 40.0),
    "touchpoint added": (worlds.touchpoint_added, 15.0),
    "flood": (partial(worlds.flood, known=450, days=2), 900.0),
    "without wins": (partial(worlds.drop, points=40, lasts=50, live=160, history=150), 25.0),
    "a rise, and back": (partial(worlds.drop, points=-40, lasts=90, live=200, history=150), 30.0),
    "csat": (partial(worlds.drop, points=60, lasts=40, live=140, metric="csat", history=150), 25.0),
}


def stage(make: Make, volume: float, seed: int = 3) -> Stage:
    random = np.random.default_rng(seed)
    return draw(make(volume, random), random)


@pytest.mark.parametrize("name", WORLDS)
def test_the_simulated_detector_is_the_live_one_bit_for_bit(name: str) -> None:
    made = stage(*WORLDS[name])
    wins = None if name == "without wins" else 0.5
    simulated, changes = watch(made, 0.5, wins)
    live = Detector(State(0.5, false_wins_per_year=wins))
    assert [change for answer in made.answers() if (change := live.take(answer))] == changes
    assert to_json(simulated.state) == to_json(live.state)
    assert simulated.sums.days == live.sums.days
    if "drop" in name or name in ("nightly", "csat", "without wins"):
        assert [type(change) for change in changes] == [Opening, Closing]
    if name == "a rise, and back":
        assert [type(change) for change in changes[:2]] == [Win, Opening]


def test_the_compiled_step_is_the_plain_one_bit_for_bit() -> None:
    random = np.random.default_rng(9)
    n = 20_000
    clocks = np.cumsum(random.integers(0, 3_000_000_000, n))
    codes = random.integers(0, 6, n).astype(np.int8)
    factors, judged = random.uniform(0.5, 1.53, (6, 4)), np.array([True] * 5 + [False])
    prices = (factors, judged, factors[::-1].copy(), True)
    found = []
    for step in (compiled(bet, mean_of), plain_step(plain_won(bet, mean_of))):
        bets = [(np.zeros(4), np.ones(4), np.full(4, -1)) for _ in range(2)]
        falls, rises = ((*each, 1e300) for each in bets)
        stop = step((clocks, codes, 0, n), prices, -1, True, True, falls, rises, 20.0)
        found.append((stop, [part.tobytes() for each in bets for part in each]))
    assert found[0] == found[1]
    assert found[0][0][3] > 0


def test_the_world_is_what_it_says() -> None:
    """Volume, healthy score, weekends 12 lower, the drop, and days of answers in order of their clock."""
    made = stage(partial(worlds.drop, points=20, live=400), 400.0)
    daily = np.array(made.daily())
    nps = 100 * (daily[:, 2] / daily[:, 1] - 1)
    weekend, before = daily[:, 0] % 7 == 6, np.arange(len(daily)) < 365 + 45
    assert daily[:, 1].mean() == pytest.approx(400, rel=0.02)
    assert nps[before & ~weekend].mean() == pytest.approx(40, abs=1.5)
    sunday, saturday = daily[:, 0] % 7 == 0, weekend
    assert nps[before & saturday].mean() == pytest.approx(28, abs=2)
    assert nps[before & sunday].mean() == pytest.approx(28, abs=2)
    assert nps[~before][7:][~(saturday | sunday)[~before][7:]].mean() == pytest.approx(20, abs=1.5)
    assert np.all(np.diff(made.clocks) >= 0)


def test_figures_by_hand() -> None:
    seen = [
        Seen(1.0, 100, 200, 300, {OURS: [(110.0, 130.0), (140.0, 230.0)]}),
        Seen(1.0, 100, 200, 300, {OURS: [(50.0, 60.0), (104.0, None)]}),
        Seen(1.0, 100, 200, 300, {OURS: [(90.0, 150.0)]}),
        Seen(1.0, 100, 200, 300, {OURS: []}),
    ]
    alarms, delay = measures.false_alarms(seen, OURS), measures.delay(seen, OURS)
    assert alarms is not None
    assert delay is not None
    assert alarms.value == 5 / 4
    assert alarms.error == pytest.approx(0.479, abs=0.001)  # s.d. of 2, 2, 1, 0 over √4
    assert delay == pytest.approx((7.0, 3.0, 2, 2 / 3))
    assert measures.recovery(seen, OURS) == Estimate(30.0, 0.0, 1, 0.5)
    closed = measures.false_close(seen, OURS)
    assert closed is not None
    assert (closed.value, closed.n) == (0.0, 1)  # only the second stage's alarm had 90 days left
    wrong = measures.wrongly_opened(seen, OURS)
    assert wrong is not None
    assert wrong.value == 0.5


def test_no_alarm_in_few_stages_is_not_certainty() -> None:
    found = measures.false_alarms([Seen(1.0, 9, 9, 9, {OURS: []})] * 25, OURS)
    assert found == Estimate(0.0, 0.04, 25)


def test_a_run_is_the_same_every_time_and_becomes_a_table() -> None:
    [ended] = [one for one in SCENARIOS if one.key == "touchpoint-removed"]
    small = [replace(parcel, end=2) for parcel in parcels([ended], 0.001) if parcel.first == 0]
    quiet = [parcel for parcel in small if parcel.volume < 500]
    done = list(results(quiet, cores=1))
    assert list(results(quiet, cores=1)) == done
    # the stages of 5 a day stand for every volume: the table is what is tried
    made = cells([ended], [(parcel, done[-1][1]) for parcel in small])
    [row] = list(ours(made))
    assert row[0] == ended.title
    assert len(row) == 2 + len(VOLUMES) + 1
    assert row[-1] == "≤ 15"
    [(title, rows)] = compared(made)
    assert title.startswith(ended.title)
    assert [who for who, *_ in rows] == ["Journeyloop", *list(WHO.values())[1:]]
    assert not broken(ended.columns[0], made[0])


def test_a_figure_over_its_bound_is_told() -> None:
    [healthy] = [one for one in SCENARIOS if one.key == "healthy"]
    wrong = Seen(1.0, 365, 730, 730, {OURS: [(400.0 + n, 401.0) for n in range(3)]})
    work = [parcel for parcel in parcels([healthy], 0.001) if parcel.first == 0]
    made = cells([healthy], [(parcel, [wrong] * 20) for parcel in work])
    assert all(broken(healthy.columns[0], cell) for cell in made)
    assert "3.00 ± 0.05 !" in next(iter(ours(made)))


def test_the_page_and_its_picture(tmp_path: Path) -> None:
    seen = Seen(1.0, 365, 500, 730, {who: [(400.0, 401.0)] for who in WHO})
    work = [parcel for parcel in parcels(SCENARIOS, 0.001) if parcel.first == 0]
    made = cells(SCENARIOS, [(parcel, [seen] * 20) for parcel in work])
    page = markdown(made, "a test")
    draw_picture(made, tmp_path / "picture.svg")
    assert "{" not in page
    assert all(one.title in page for one in SCENARIOS)
    assert (tmp_path / "picture.svg").read_text().count("<path") > 50


def test_the_page_of_wins() -> None:
    seen = Seen(1.0, 365, 500, 730, {OURS: [], WINS: [(400.0, None)]})
    work = [one for each in wins.SCENARIOS for one in parcels([each], 0.001) if one.first == 0]
    made = cells(wins.SCENARIOS, [(parcel, [seen] * 20) for parcel in work])
    page = wins_page.markdown(made, "a test")
    assert "{" not in page
    assert all(one.title in page for one in wins.SCENARIOS)
    assert "**1.00 a stage-year**" in page
    assert "1.00 ± 0.05 !" in page


def test_how_figures_are_shown() -> None:
    assert shown(Estimate(0.237, 0.024, 400), "a stage-year") == "0.24 ± 0.02"
    assert shown(Estimate(77.13, 1.52, 380, 0.93), "days") == "77.1 ± 1.5 (93 %)"
    assert shown(Estimate(0.083, 0.0138, 400), "%") == "8 ± 1.4 %"
    assert shown(None, "days") == "–"


def test_the_full_run_is_large_enough() -> None:
    years: dict[tuple[str, float], float] = {}
    for parcel in parcels(SCENARIOS, 1.0):
        years[parcel.key, parcel.volume] = years.get((parcel.key, parcel.volume), 0) + parcel.years
    assert min(total for (_, volume), total in years.items() if volume < 5000) >= 400
    assert min(years.values()) >= 100
