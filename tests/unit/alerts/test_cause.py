"""From /v1/changes to the lines of a message."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.alerts.messages.apportion import apportion
from services.alerts.messages.cause import cause, covers
from services.alerts.messages.figures import latest, lowest, of_sums


def reading(score: float, n: int = 1_000) -> dict[str, Any]:
    return {"score": score, "low": score - 3, "high": score + 3, "n": n}


def place(name: str, changed: float, *, clear: bool, mostly: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "moment_of_truth": False,
        "changed": changed,
        "beyond_noise": clear,
        "mostly": mostly,
    }


def changes(*places: dict[str, Any], mix: float = 0.0, **more: Any) -> dict[str, Any]:
    change = sum(part["changed"] for part in places) + mix
    answer = {"before": reading(41.2), "since": reading(41.2 + change, 240), "change": change, "mix": mix}
    return answer | {"by_touchpoint": list(places)} | more


def test_what_is_within_noise_goes_to_the_others() -> None:
    found = cause(
        changes(
            place("Hand-over", -15.4, clear=True, mostly={"segment": "region", "value": "North"}),
            place("Tracking", -2.2, clear=True),
            place("Slot", -1.0, clear=False),
            place("Rating", 0.4, clear=False),
            mix=-0.7,
        )
    )
    assert found is not None
    assert [(part.name, part.points, part.mostly) for part in found.parts] == [
        ("Hand-over", -15, "region North"),
        ("Tracking", -2, None),
    ]
    assert (found.others, found.mix, found.change) == (-1, -1, -19)


def test_a_segment_that_falls_everywhere_is_named_for_the_whole_stage() -> None:
    segments = [
        {"segment": {"plan": "pro"}, "changed": -11.0, "beyond_noise": True, "since": reading(10, 70)},
        {"segment": {"plan": "free"}, "changed": -1.0, "beyond_noise": False, "since": reading(40, 170)},
    ]
    found = cause(changes(place("A", -6, clear=True), place("B", -6, clear=True), by_segment=segments))
    assert found is not None
    assert found.mostly == "plan pro"


def test_a_segment_that_is_merely_large_is_not_named() -> None:
    segments = [
        {"segment": {"plan": "pro"}, "changed": -11.0, "beyond_noise": True, "since": reading(30, 220)}
    ]
    found = cause(changes(place("A", -12, clear=True), by_segment=segments))
    assert found is not None
    assert found.mostly is None


def test_reasons_are_those_given_most_often_since() -> None:
    named = [
        {"label": label, "since": n} for label, n in (("late", 61), ("rude", 2), ("damaged", 19), ("x", 1))
    ]
    found = cause(changes(place("A", -12, clear=True), reasons=[*named, {"label": "old", "since": 0}]))
    assert found is not None
    assert found.reasons == (("late", 61), ("damaged", 19), ("rude", 2))


def test_no_answers_in_one_period_is_no_cause() -> None:
    answer = changes(place("A", -12, clear=True)) | {"since": {"score": None, "n": 0}}
    assert cause(answer) is None


def test_covers_the_opening_answer() -> None:
    answer = {"through": {"shop/delivery": 41}}
    assert covers(answer, "shop/delivery", 41)
    assert not covers(answer, "shop/delivery", 42)
    assert not covers({}, "shop/delivery", 1)


@given(st.lists(st.floats(-60, 60), min_size=1, max_size=12))
def test_rounded_shares_add_up_and_stay_near(shares: list[float]) -> None:
    total = round(sum(shares))
    found = apportion(shares, total)
    assert sum(found) == total
    assert all(abs(whole - share) <= 1 for whole, share in zip(found, shares, strict=True))


@given(st.integers(0, 500), st.integers(0, 500), st.integers(1, 500))
def test_sums_of_half_units_give_the_nps_back(promoters: int, passives: int, detractors: int) -> None:
    n = promoters + passives + detractors
    found = of_sums("nps", {"n": n, "halves": 2 * promoters + passives, "squares": 4 * promoters + passives})
    assert found is not None
    assert found.n == n
    assert abs(found.score - 100 * (promoters - detractors) / n) < 1e-9


def test_lowest_and_latest_rest_on_enough_answers() -> None:
    good, bad = [0] * 11, [0] * 11
    good[9], bad[0] = 60, 60
    one_bad_answer = [1] + [0] * 10
    days = [good, good, bad, bad, one_bad_answer, good, good]
    assert (low := lowest("nps", days)) is not None
    assert low.score == -100
    assert (back := latest("nps", days)) is not None
    assert (back.score, back.n) == (100, 120)
    assert lowest("nps", [one_bad_answer]) is None
