"""Whose stages are whose, and the sentence that says who watches."""

from __future__ import annotations

import pytest

from services.alerts.views.incident_rows import owner, places, stages_of, watching
from shared.reserved import CHECK, CHECK_JOURNEY
from tests.unit.aggregator.maps import SHOP

MAPS = {"shop": SHOP}
NAMES = {"ana": "Ana", "ben": "Ben"}


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([], "Nothing is watched yet: a detector begins with the first answer of a stage."),
        (["learning"], "0 of 1 detector watching, 1 learning."),
        (
            ["ok"] * 10 + ["degraded", "learning", "learning", "stale"],
            "11 of 14 detectors watching, 2 learning, 1 stale.",
        ),
        (["ok", "silenced", None], "1 of 3 detectors watching, 1 silenced, 1 switched off."),
    ],
)
def test_who_watches(states: list[str | None], said: str) -> None:
    assert watching(states) == said


def test_a_stage_is_its_owners_else_the_journeys() -> None:
    assert stages_of(MAPS, ("ben",), NAMES) == ["shop/delivery"]
    assert stages_of(MAPS, ("ana",), NAMES) == ["shop/returns"]
    assert stages_of(MAPS, ("ana", "ben"), NAMES) == ["shop/delivery", "shop/returns"]
    assert stages_of(MAPS, ("ana",), {"ana": "Ana"}) == ["shop/delivery", "shop/returns"], (
        "nobody reaches Ben"
    )
    assert stages_of(MAPS, (), NAMES) == []


def test_an_owner_by_name() -> None:
    assert [owner(SHOP, stage, NAMES) for stage in ("delivery", "returns")] == ["Ben", "Ana"]
    assert owner(None, "delivery", NAMES) == owner(SHOP, "delivery", {}) == "Fallback address"


def test_filters_offer_the_stages_of_the_journey_chosen() -> None:
    assert places(MAPS, None) == ([("shop", "Shop")], [])
    assert places({**MAPS, CHECK: CHECK_JOURNEY}, None)[0] == [("shop", "Shop")], (
        "nobody’s journey but our own"
    )
    assert places(MAPS, "shop")[1] == [("delivery", "Delivery"), ("returns", "Returns")]
    assert places(MAPS, "gone")[1] == []
