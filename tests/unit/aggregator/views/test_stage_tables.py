"""Touchpoints, segments and reasons of a stage as rows."""

from __future__ import annotations

from typing import Any

from services.aggregator import cause
from services.aggregator.breakdown import Sums
from services.aggregator.changes import Pair
from services.aggregator.maps import Map
from services.aggregator.views.stage_tables import MOST_VALUES, reasons, segments, touchpoints
from shared import scoring
from tests.unit.aggregator.maps import SHOP

STAGE = SHOP["stages"][0]
NOTHING = (0,) * scoring.SLOTS


def nps(promoters: int, detractors: int) -> tuple[int, ...]:
    return (detractors, *NOTHING[1:10], promoters)


def explained(sums: Sums) -> dict[str, Any]:
    return cause.build("nps", sums, Map(1, False, SHOP), scoring.LEVEL) | {"reasons": []}


FELL = Pair(nps(300, 100), nps(200, 200))
SUMS = Sums(
    {("delivery", "handover"): FELL, ("delivery", "gone"): Pair(NOTHING, nps(3, 1))},
    {
        ("delivery", "handover"): {
            ("region", "north"): Pair(nps(100, 50), nps(10, 150)),
            ("region", "south"): Pair(nps(100, 50), nps(90, 50)),
        }
    },
)


def test_all_touchpoints_of_the_map_then_what_is_not_on_it() -> None:
    handover, tracking, gone = touchpoints("nps", STAGE, SUMS, explained(SUMS))
    assert (handover.name, handover.mark, handover.score) == ("Courier hand-over", True, 0)
    assert handover.beyond_noise
    assert handover.points is not None
    assert -55 < handover.points < -45
    assert handover.remark == "mostly region north"
    assert (tracking.name, tracking.n, tracking.score, tracking.points) == ("Order tracking", 0, None, None)
    assert (gone.name, gone.remark) == ("gone", "not on the map any more")
    assert gone.high is not None
    assert gone.high <= 100


def test_segments_by_their_answers_with_those_that_carry_none() -> None:
    (region,) = segments("nps", ["region", "plan"], SUMS, explained(SUMS))
    assert [(row.name, row.n) for row in region.rows] == [("north", 160), ("south", 140), ("not given", 104)]
    assert region.rows[0].points is not None
    assert region.more == 0


def test_many_values_are_cut_and_counted() -> None:
    values = {("region", f"r{i:02}"): Pair(NOTHING, nps(i + 1, 0)) for i in range(MOST_VALUES + 3)}
    whole = Pair(NOTHING, nps(sum(sum(pair.since) for pair in values.values()), 0))
    place = ("delivery", "handover")
    sums = Sums({place: whole}, {place: values})
    (region,) = segments("nps", ["region"], sums, explained(sums))
    assert (len(region.rows), region.more) == (MOST_VALUES, 3)
    assert region.rows[0].name == f"r{MOST_VALUES + 2:02}"


def test_reasons_in_per_cent_without_those_nobody_names_any_more() -> None:
    rows = [
        {"label": "Late", "before": 10, "since": 61, "share_before": 0.05, "share": 0.254},
        {"label": "Rude", "before": 3, "since": 0, "share_before": 0.01, "share": 0},
    ]
    (late,) = reasons({"reasons": rows})
    assert (late.name, late.answers, late.before) == ("Late", 61, 5)
    assert round(late.share, 1) == 25.4
