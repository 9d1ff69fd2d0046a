"""From /v1/changes to the lines of a message."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.alerts.messages import gather
from services.alerts.messages.apportion import apportion
from services.alerts.messages.cause import cause, covers
from services.alerts.messages.figures import latest, lowest, of_sums
from services.alerts.messages.story import Grown


def reading(score: float, n: int = 1_000) -> dict[str, Any]:
    return {"score": score, "low": score - 3, "high": score + 3, "n": n}


def place(
    name: str, changed: float, *, clear: bool, mostly: dict[str, str] | None = None, mix: float = 0.0
) -> dict[str, Any]:
    return {
        "name": name,
        "mix": mix,
        "moment_of_truth": False,
        "changed": changed,
        "beyond_noise": clear,
        "mostly": mostly,
    }


def value(key: str, value: str | None, changed: float, *, clear: bool, mix: float = 0.0) -> dict[str, Any]:
    return {"segment": {key: value}, "changed": changed, "mix": mix, "beyond_noise": clear}


def changes(*places: dict[str, Any], **more: Any) -> dict[str, Any]:
    change = sum(part["changed"] + part["mix"] for part in places)
    answer = {
        "before": reading(41.2),
        "since": reading(41.2 + change, 240),
        "change": change,
        "verdict": None,
    }
    return answer | {"by_touchpoint": list(places)} | more


def test_what_is_within_noise_goes_to_the_others() -> None:
    found = cause(
        changes(
            place("Hand-over", -15.4, clear=True, mostly={"segment": "region", "value": "North"}),
            place("Tracking", -2.2, clear=True),
            place("Slot", -1.0, clear=False),
            place("Rating", 0.4, clear=False, mix=-0.7),
        )
    )
    assert found is not None
    assert [(part.name, part.points, part.mostly) for part in found.parts] == [
        ("Hand-over", -15, "region North"),
        ("Tracking", -2, None),
    ]
    assert (found.others, found.mix, found.change) == (-1, -1, -19)


def test_a_segment_that_falls_everywhere_is_told_by_its_values() -> None:
    segments = [
        value("plan", "pro", -11.0, clear=True),
        value("plan", None, -0.6, clear=False, mix=-0.4),
        value("region", "north", -7.0, clear=True),
    ]
    verdict = {"kind": "segment", "segment": {"plan": "pro"}}
    found = cause(
        changes(place("A", -6, clear=True), place("B", -6, clear=True), by_segment=segments, verdict=verdict)
    )
    assert found is not None
    assert (found.kind, [(part.name, part.points) for part in found.parts]) == (
        "segment",
        [("plan pro", -11)],
    )
    assert (found.others, found.mix, found.change) == (-1, 0, -12)


def test_a_mix_names_what_grew_and_no_touchpoint() -> None:
    verdict = {"kind": "mix", "segment": {"plan": "free"}, "share_before": 0.2, "share": 0.6}
    found = cause(changes(place("A", -1, clear=False, mix=-11.0), verdict=verdict))
    assert found is not None
    assert (found.kind, found.parts, found.others, found.mix) == ("mix", (), -1, -11)
    assert found.grown == Grown("plan free", 0.2, 0.6)
    of_touchpoints = {"kind": "mix", "name": "Order\ntracking", "share_before": 0.2, "share": 0.6}
    found = cause(changes(place("A", -1, clear=False, mix=-11.0), verdict=of_touchpoints))
    assert found is not None
    assert found.grown == Grown("Order tracking", 0.2, 0.6)


def test_a_cause_kept_before_there_were_verdicts_is_still_told() -> None:
    kept = changes(place("A", -12, clear=True))
    del kept["verdict"]
    found = cause(kept)
    assert found is not None
    assert (found.kind, found.parts[0].points) == (None, -12)


def test_reasons_are_those_given_most_often_since() -> None:
    named = [
        {"label": label, "since": n} for label, n in (("late", 61), ("rude", 2), ("damaged", 19), ("x", 1))
    ]
    shrunk = {"label": "damaged", "since": 99, "share_before": 0.053, "share": 0.047}
    also = [*named, {"label": "old", "since": 0}, shrunk]
    found = cause(changes(place("A", -12, clear=True), reasons=also))
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


def test_who_is_told_late_learns_how_it_ended_and_not_what_came_since() -> None:
    bad, good, better = [0] * 11, [0] * 11, [0] * 11
    bad[3], bad[10], good[3], good[10], better[10] = 90, 60, 50, 100, 150
    days = [
        {"from": f"2026-10-{day:02}", "histogram": counts}
        for day, counts in ((1, bad), (2, good), (3, better))
    ]
    closed = datetime(2026, 10, 2, 17, tzinfo=UTC)
    over = {
        "metric": "nps",
        "opened_at": closed,
        "closed_at": closed,
        "closed_by": "automatic",
        "outcome": None,
    }
    ending = gather._ending(over, {"days": days}, ZoneInfo("Europe/Berlin"))
    assert ending.back is not None
    assert ending.lowest is not None
    assert (round(ending.lowest.score), round(ending.back.score)) == (-20, 33)
