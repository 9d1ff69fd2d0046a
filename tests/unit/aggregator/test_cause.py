"""Why a score changed: scripted truths must be found again."""

from __future__ import annotations

from typing import Any

import pytest

from services.aggregator import cause
from services.aggregator.breakdown import Segment, Sums
from services.aggregator.changes import Pair
from services.aggregator.maps import Map
from shared import scoring
from tests.unit.aggregator.maps import SHOP

JOURNEY = Map(3, False, SHOP)
HANDOVER, TRACKING = ("delivery", "handover"), ("delivery", "tracking")
Cell = tuple[tuple[float, int], tuple[float, int]]


def nps(promoters: float, n: int) -> tuple[int, ...]:
    best = round(promoters * n)
    return (n - best, *[0] * 9, best)


def sums(cells: dict[tuple[str, str], dict[str, Cell]]) -> Sums:
    """(stage, touchpoint) → region → ((share of promoters, n) before, the same since). Region '' = not given."""
    places, segments = {}, {}
    for place, regions in cells.items():
        pairs = {region: Pair(nps(*before), nps(*since)) for region, (before, since) in regions.items()}
        places[place] = Pair(
            scoring.pool(p.before for p in pairs.values()), scoring.pool(p.since for p in pairs.values())
        )
        segments[place] = {("region", region): pair for region, pair in pairs.items() if region}
    return Sums(places, segments)


def build(cells: dict[tuple[str, str], dict[str, Cell]], journey: Map | None = JOURNEY) -> dict[str, Any]:
    answer = cause.build("nps", sums(cells), journey, 0.95)
    if answer["change"] is not None:
        for parts in (answer["by_touchpoint"], answer["by_segment"]):
            assert sum(part["points"] for part in parts) == pytest.approx(answer["change"], abs=1e-9)
        assert sum(part["changed"] for part in answer["by_touchpoint"]) + answer["mix"] == pytest.approx(
            answer["change"]
        )
    return answer


SAME: Cell = ((0.7, 500), (0.7, 500))


def test_one_touchpoint_falls_in_one_region() -> None:
    answer = build(
        {
            HANDOVER: {"north": ((0.7, 500), (0.3, 500)), "south": SAME},
            TRACKING: {"north": SAME, "south": SAME},
        }
    )
    assert answer["change"] == pytest.approx(-20)
    assert answer["beyond_noise"]
    first, second = answer["by_touchpoint"]
    assert (first["touchpoint"], first["name"], first["moment_of_truth"]) == (
        "handover",
        "Courier hand-over",
        True,
    )
    assert first["points"] == pytest.approx(-20)
    assert first["beyond_noise"]
    assert first["mostly"] == {"segment": "region", "value": "north"}
    assert second["points"] == pytest.approx(0)
    assert (second["beyond_noise"], second["mostly"]) == (False, None)
    assert [part["segment"] for part in answer["by_segment"]] == [{"region": "north"}, {"region": "south"}]
    assert answer["by_segment"][0]["points"] == pytest.approx(-20)
    assert answer["mix"] == pytest.approx(0)


def test_one_region_falls_everywhere() -> None:
    falls: Cell = ((0.7, 500), (0.4, 500))
    answer = build({HANDOVER: {"north": falls, "south": SAME}, TRACKING: {"north": falls, "south": SAME}})
    assert [part["mostly"] for part in answer["by_touchpoint"]] == [
        {"segment": "region", "value": "north"}
    ] * 2
    assert [part["points"] for part in answer["by_touchpoint"]] == pytest.approx([-15, -15])
    assert answer["by_segment"][0]["segment"] == {"region": "north"}
    assert answer["by_segment"][0]["points"] == pytest.approx(-30)


def test_only_the_mix_of_touchpoints_moves() -> None:
    answer = build(
        {HANDOVER: {"north": ((0.4, 200), (0.4, 800))}, TRACKING: {"north": ((0.8, 800), (0.8, 200))}}
    )
    assert answer["change"] == pytest.approx(-48)
    assert answer["mix"] == pytest.approx(-48)
    assert all(
        part["changed"] == pytest.approx(0) and not part["beyond_noise"] for part in answer["by_touchpoint"]
    )
    assert answer["verdict"] == {
        "kind": "mix",
        "stage": "delivery",
        "touchpoint": "handover",
        "name": "Courier hand-over",
        "moment_of_truth": True,
        "share_before": 0.2,
        "share": 0.8,
    }
    assert all(part["mostly"] is None for part in answer["by_touchpoint"])


def test_only_the_mix_of_regions_moves() -> None:
    answer = build({HANDOVER: {"north": ((0.4, 200), (0.4, 800)), "south": ((0.8, 800), (0.8, 200))}})
    assert answer["mix"] == pytest.approx(-48)
    assert answer["mix_within"] == "region"
    assert answer["mix_by_segment"] == {"region": pytest.approx(-48)}
    assert all(part["changed"] == pytest.approx(0) for part in answer["by_segment"])
    (touchpoint,) = answer["by_touchpoint"]
    assert (touchpoint["changed"], touchpoint["beyond_noise"]) == (pytest.approx(0), False)
    assert answer["verdict"] == {
        "kind": "mix",
        "segment": {"region": "north"},
        "share_before": 0.2,
        "share": 0.8,
    }


def test_a_value_renamed_is_no_mix() -> None:
    """What only one period knows may be an old value under a new name: the fall stays a fall."""
    answer = build({HANDOVER: {"": ((0.7, 500), (0.7, 0)), "north": ((0.7, 0), (0.3, 500))}})
    assert (answer["mix"], answer["mix_within"]) == (pytest.approx(0), None)
    assert answer["by_touchpoint"][0]["beyond_noise"]
    assert answer["verdict"]["kind"] == "touchpoint"


def test_answers_without_a_segment_are_a_group_of_their_own() -> None:
    answer = build({HANDOVER: {"": ((0.7, 400), (0.5, 400)), "north": SAME}})
    assert {tuple(part["segment"].items()) for part in answer["by_segment"]} == {
        (("region", None),),
        (("region", "north"),),
    }


def test_nothing_to_explain_without_answers_before() -> None:
    answer = build({HANDOVER: {"north": ((0.5, 0), (0.5, 40))}})
    assert (answer["change"], answer["mix"], answer["by_touchpoint"]) == (None, None, [])
    assert (answer["before"]["n"], answer["since"]["n"]) == (0, 40)


def test_works_before_the_map_came() -> None:
    answer = build({HANDOVER: {"north": SAME}}, None)
    assert answer["by_touchpoint"][0]["name"] == "handover"
    assert answer["by_segment"][0]["segment"] == {"region": "north"}


def test_segments_no_longer_declared_are_left_out() -> None:
    found = sums({HANDOVER: {"north": SAME}})
    segments: dict[Segment, Pair] = {("shoe-size", "42"): Pair(nps(0.7, 9), nps(0.7, 9))}
    answer = cause.build("nps", Sums(found.places, {HANDOVER: segments}), JOURNEY, 0.95)
    assert answer["by_segment"] == []


def test_reasons_are_named_and_counted_over_surveys() -> None:
    rows = [
        {"survey": "delivery-nps", "reason": "late", "before": 10, "since": 61},
        {"survey": "delivery-nps", "reason": "damaged", "before": 5, "since": 19},
        {"survey": "other", "reason": "late", "before": 0, "since": 3},
        {"survey": "other", "reason": "taken-back", "before": 0, "since": 0},
    ]
    found = cause.reasons(rows, JOURNEY, 100, 240)
    assert [(one["reason"], one["label"], one["before"], one["since"]) for one in found] == [
        ("late", "Late", 10, 64),
        ("damaged", "Beschädigt", 5, 19),
    ]
    assert found[0]["share"] == 64 / 240
    assert found[0]["share_before"] == 0.1
    assert cause.reasons(rows[:1], None, 0, 240)[0]["share_before"] is None
