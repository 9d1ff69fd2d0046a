"""The decomposition of a change: it adds up, and it tells a real change from a different mix."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aggregator import carrier, changes
from services.aggregator.changes import Contribution, Pair
from shared import scoring
from shared.scoring import METRICS, SCALES, SLOTS

K = TypeVar("K", bound=Hashable)


def histogram(metric: str, share: float, n: int) -> tuple[int, ...]:
    """n answers of which `share` are the best and the rest the worst score."""
    best = round(share * n)
    counts = [0] * SLOTS
    counts[SCALES[metric][-1]] += best
    counts[SCALES[metric][0]] += n - best
    return tuple(counts)


def contributions(metric: str, groups: Mapping[K, Pair]) -> list[Contribution[K]]:
    """Each group as one cell."""
    return changes.contributions(metric, {group: [pair] for group, pair in groups.items()})


@st.composite
def groups(draw: st.DrawFn) -> tuple[str, dict[int, Pair]]:
    metric = draw(st.sampled_from(METRICS))
    count = st.integers(0, 500)

    def one() -> tuple[int, ...]:
        return tuple(
            draw(count) if value in SCALES[metric] and draw(st.booleans()) else 0 for value in range(SLOTS)
        )

    return metric, {group: Pair(one(), one()) for group in range(draw(st.integers(1, 6)))}


@given(groups())
def test_points_add_up_to_the_whole_change(case: tuple[str, dict[int, Pair]]) -> None:
    metric, given_ = case
    whole = Pair(
        scoring.pool(p.before for p in given_.values()), scoring.pool(p.since for p in given_.values())
    )
    change = changes.change(metric, whole).change
    parts = contributions(metric, given_)
    if change is None:
        assert parts == []
        return
    assert sum(part.points for part in parts) == pytest.approx(change, abs=1e-9)
    assert sum(part.changed + part.mix for part in parts) == pytest.approx(change, abs=1e-9)
    assert all(part.points == pytest.approx(part.changed + part.mix, abs=1e-12) for part in parts)
    assert all(part.low <= part.changed <= part.high for part in parts)


@given(
    st.sampled_from(METRICS),
    st.lists(st.tuples(st.floats(0, 1), st.integers(1, 400), st.integers(1, 20)), min_size=2, max_size=5),
)
def test_a_moved_mix_alone_changes_nobody(metric: str, given_: list[tuple[float, int, int]]) -> None:
    pairs = {}
    for group, (share, n, times) in enumerate(given_):
        before = histogram(metric, share, n)
        pairs[group] = Pair(before, tuple(count * times for count in before))
    parts = contributions(metric, pairs)
    assert all(part.changed == pytest.approx(0, abs=1e-9) and not part.beyond_noise for part in parts)


@given(
    st.sampled_from(METRICS),
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 400), st.floats(0, 1)), min_size=2, max_size=5),
)
def test_where_all_scored_alike_before_nothing_is_mix(
    metric: str, given_: list[tuple[int, int, float]]
) -> None:
    pairs = {
        group: Pair(histogram(metric, 0.75, 4 * n), histogram(metric, share, since))
        for group, (n, since, share) in enumerate(given_)
    }
    parts = contributions(metric, pairs)
    change = changes.change(metric, changes.together(pairs.values())).change
    assert all(part.mix == pytest.approx(0, abs=1e-9) for part in parts)
    assert sum(part.changed for part in parts) == pytest.approx(change or 0.0, abs=1e-9)


def test_a_fall_at_the_one_touchpoint_that_still_answers_is_all_real() -> None:
    """Three touchpoints at NPS 50; since, all answers come from one of them, at -48."""
    empty = (0,) * SLOTS
    pairs = {name: Pair(histogram("nps", 0.75, 400), empty) for name in ("slot", "tracking")}
    pairs["handover"] = Pair(histogram("nps", 0.75, 400), histogram("nps", 0.26, 100))
    first, *others = contributions("nps", pairs)
    assert (first.group, first.changed, first.mix) == ("handover", pytest.approx(-98), 0)
    assert first.beyond_noise
    assert [part.points for part in others] == [0, 0]


def test_by_hand() -> None:
    # Half and half before at 80 and 40 %; after: 25 % at 60 %, 75 % at 40 %.
    pairs = {
        "a": Pair(histogram("csat", 0.8, 100), histogram("csat", 0.6, 50)),
        "b": Pair(histogram("csat", 0.4, 100), histogram("csat", 0.4, 150)),
    }
    parts = {part.group: part for part in contributions("csat", pairs)}
    # Whole: 60 → 45. a: changed .25·-20 = -5; mix -.25·(80 - 60) = -5. b: 0; .25·(40 - 60) = -5.
    assert parts["a"].changed == pytest.approx(-5)
    assert parts["a"].mix == pytest.approx(-5)
    assert parts["b"].changed == pytest.approx(0)
    assert parts["b"].mix == pytest.approx(-5)
    assert parts["a"].points + parts["b"].points == pytest.approx(-15)


def test_a_group_with_answers_in_one_period_is_all_mix() -> None:
    empty = (0,) * SLOTS
    pairs = {
        "old": Pair(histogram("nps", 0.5, 200), histogram("nps", 0.5, 100)),
        "new": Pair(empty, histogram("nps", 0.2, 100)),
        "never": Pair(empty, empty),
    }
    parts = {part.group: part for part in contributions("nps", pairs)}
    assert set(parts) == {"old", "new"}
    assert parts["new"].changed == 0
    assert not parts["new"].beyond_noise
    assert parts["new"].points + parts["old"].points == pytest.approx(-30)


def test_no_change_without_answers_in_both_periods() -> None:
    empty = (0,) * SLOTS
    change = changes.change("ces", Pair(empty, histogram("ces", 0.5, 40)))
    assert (change.change, change.low, change.high, change.beyond_noise) == (None, None, None, False)
    assert contributions("ces", {"a": Pair(empty, histogram("ces", 0.5, 40))}) == []


def test_what_explains_most_comes_first() -> None:
    pairs = {
        "rose": Pair(histogram("csat", 0.6, 100), histogram("csat", 0.7, 100)),
        "fell": Pair(histogram("csat", 0.8, 100), histogram("csat", 0.3, 100)),
        "same": Pair(histogram("csat", 0.7, 100), histogram("csat", 0.7, 100)),
    }
    assert [part.group for part in contributions("csat", pairs)] == ["fell", "same", "rose"]
    up = {group: Pair(pair.since, pair.before) for group, pair in pairs.items()}
    assert [part.group for part in contributions("csat", up)] == ["fell", "same", "rose"]


def test_small_samples_are_within_noise() -> None:
    pair = Pair(histogram("nps", 1.0, 5), histogram("nps", 0.6, 5))
    assert not changes.change("nps", pair).beyond_noise
    assert changes.change("nps", Pair(histogram("nps", 1.0, 500), histogram("nps", 0.6, 500))).beyond_noise


def whole_of(values: dict[str, Pair]) -> Pair:
    return Pair(
        scoring.pool(p.before for p in values.values()), scoring.pool(p.since for p in values.values())
    )


def test_mostly_names_the_value_that_carries_the_change() -> None:
    values = {
        "north": Pair(histogram("nps", 0.7, 300), histogram("nps", 0.3, 300)),
        "south": Pair(histogram("nps", 0.7, 300), histogram("nps", 0.7, 300)),
        "west": Pair(histogram("nps", 0.7, 300), histogram("nps", 0.69, 300)),
    }
    assert carrier.mostly("nps", whole_of(values), values) == "north"


def test_mostly_names_nothing_where_all_fall_alike() -> None:
    values = {
        value: Pair(histogram("nps", 0.7, 300), histogram("nps", 0.4, 300)) for value in ("north", "south")
    }
    values["large"] = Pair(histogram("nps", 0.7, 3000), histogram("nps", 0.4, 3000))
    assert carrier.mostly("nps", whole_of(values), values) is None


def test_mostly_names_nothing_where_there_is_one_value_or_none() -> None:
    value = Pair(histogram("nps", 0.7, 300), histogram("nps", 0.4, 300))
    assert carrier.mostly("nps", value, {"all": value}) is None
    assert carrier.mostly("nps", value, {}) is None


def test_mostly_prefers_the_clearest_key() -> None:
    north = Pair(histogram("csat", 0.9, 200), histogram("csat", 0.3, 200))
    south = Pair(histogram("csat", 0.9, 200), histogram("csat", 0.9, 200))
    # Most of the north happens to be on the plan "free"; the plan is not what fell.
    free = Pair(histogram("csat", 0.9, 220), histogram("csat", 0.45, 220))
    pro = Pair(histogram("csat", 0.9, 180), histogram("csat", 0.78, 180))
    values = {
        ("region", "north"): north,
        ("region", "south"): south,
        ("plan", "free"): free,
        ("plan", "pro"): pro,
    }
    assert carrier.mostly("csat", whole_of({"n": north, "s": south}), values) == ("region", "north")


@given(groups())
def test_the_remainder_completes_the_parts(case: tuple[str, dict[int, Pair]]) -> None:
    _, given_ = case
    whole = Pair(
        scoring.pool(p.before for p in given_.values()), scoring.pool(p.since for p in given_.values())
    )
    some = {group: pair for group, pair in given_.items() if group}
    assert changes.remainder(whole, some) == given_[0]
