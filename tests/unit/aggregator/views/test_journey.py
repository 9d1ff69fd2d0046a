"""The journey page: adjacent audiences, shares of a change, veils and blind spots."""

from __future__ import annotations

import csv
from copy import deepcopy
from datetime import date
from itertools import product
from typing import Any

import pytest

from services.aggregator import scorecard
from services.aggregator.changes import Pair
from services.aggregator.maps import Map
from services.aggregator.periods import Period
from services.aggregator.scorecard import Measured
from services.aggregator.views import journey as view
from services.aggregator.views.journey_table import csv_of
from services.aggregator.views.states import State
from shared.scoring import AUDIENCES, METRICS
from tests.unit.aggregator.maps import SHOP

NPS, CREW = ("nps", "customer"), ("nps", "employee")
WEEK = Period(date(2026, 11, 16), date(2026, 11, 22))
NOBODY = (0,) * 11


def nps(promoters: int, detractors: int) -> tuple[int, ...]:
    return (detractors, *[0] * 9, promoters)


def page(
    found: dict[Any, Any], document: dict[str, Any] = SHOP, missing: tuple[str, ...] = ()
) -> view.Journey:
    def state_of(stage: str, measured: Measured) -> State:
        return State("ok", f"{stage} {measured}")

    card = scorecard.build(Map(3, False, document), found, 0.95, list(product(METRICS, AUDIENCES)))
    return view.build(card, document["personas"], view.shares_of(found, {}), state_of, frozenset(missing))


FOUND = {
    ("delivery", "handover"): {
        NPS: Pair(nps(160, 40), nps(100, 100)),
        CREW: Pair(nps(50, 0), nps(40, 10)),
    },
    ("delivery", "tracking"): {NPS: Pair(nps(160, 40), nps(160, 40)), CREW: Pair(nps(30, 0), nps(30, 0))},
    ("delivery", "gone"): {NPS: Pair(nps(10, 0), nps(10, 0))},
}


def test_stages_have_customers_and_employees_apart_in_adjacent_rows() -> None:
    delivery, _ = page(FOUND).stages
    assert [(one.metric, one.audience, one.n) for one in delivery.measures] == [
        ("nps", "customer", 410),
        ("nps", "employee", 80),
    ]
    assert delivery.measures[0].state == State("ok", "delivery ('nps', 'customer')")
    handover = delivery.touchpoints[0]
    assert [one.audience for one in handover.measures] == ["customer", "employee"]


def test_touchpoints_share_the_change_of_their_stage() -> None:
    delivery, _ = page(FOUND).stages
    whole, rows = delivery.measures[0], [point.measures[0] for point in delivery.touchpoints]
    assert whole.change is not None
    assert sum(row.share or 0.0 for row in rows) == pytest.approx(whole.change)
    assert [row.share_beyond_noise for row in rows] == [True, False, False]
    assert rows[0].of == whole.change


def test_what_is_known_of_a_touchpoint_stands_beside_it() -> None:
    handover = page(FOUND).stages[0].touchpoints[0]
    assert (handover.name, handover.moment_of_truth) == ("Courier hand-over", True)
    assert handover.pain_points == ("late",)
    document = deepcopy(SHOP)
    document["stages"][0]["touchpoints"][0] |= {"current": "rings", "desired": "writes first"}
    assert page(FOUND, document).stages[0].touchpoints[0].about == (
        ("Now", "rings"),
        ("Wanted", "writes first"),
    )


def test_answers_of_places_off_the_map_are_shown_with_their_stage() -> None:
    found = FOUND | {("before", "form"): {NPS: Pair(NOBODY, nps(3, 0))}}
    shown = page(found)
    gone = shown.stages[0].touchpoints[-1]
    assert (gone.key, gone.on_map, gone.measures[0].n) == ("gone", False, 10)
    assert shown.elsewhere == ["before"]


def test_blind_spots_are_unasked_or_unanswered_and_moments_of_truth_come_first() -> None:
    document = deepcopy(SHOP)
    document["stages"][1]["touchpoints"].append({"key": "refund", "name": "Refund", "moment_of_truth": True})
    shown = page(FOUND, document)
    assert [(spot.stage, spot.touchpoint) for spot in shown.unasked] == [
        ("returns", "refund"),
        ("delivery", "tracking"),
    ]
    assert [(spot.touchpoint, spot.surveys) for spot in shown.unanswered] == [("handover", ("returns-ces",))]


def test_a_stage_with_a_gap_says_so() -> None:
    assert [stage.missing for stage in page(FOUND, missing=("returns",)).stages] == [False, True]


def test_the_table_as_csv_shows_no_more_than_the_page() -> None:
    document = deepcopy(SHOP)
    document["stages"][0]["name"] = "=HYPERLINK(1)"
    rows = list(csv.DictReader(csv_of(page(FOUND, document), WEEK).splitlines()))
    first = rows[0]
    assert (first["stage_name"], first["from"], first["to"]) == ("'=HYPERLINK(1)", "2026-11-16", "2026-11-22")
    assert (float(first["score"]), first["answers"], first["moment_of_truth"]) == (0.0, "200", "true")
