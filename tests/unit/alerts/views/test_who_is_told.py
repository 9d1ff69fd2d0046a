"""Who would be told about each stage, by which rule, and what is silenced."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.alerts.views import owner_rows, who_is_told
from services.alerts.views.who_is_told import Line
from tests.unit.aggregator.maps import SHOP

ANA = {"name": "Ana", "email": "ana@example.com", "repeat_hours": 1}
BEN = {"name": "Ben", "channels": [{"kind": "apprise", "url": "slack://a/b/c"}], "escalate_to": "ana"}
FALLBACK = "fallback@example.com"


def lines(owners: dict[str, Any], *in_force: dict[str, Any], journey: dict[str, Any] = SHOP) -> list[Line]:
    return who_is_told.lines([journey], owners, in_force, FALLBACK)


def silence(**place: str) -> dict[str, Any]:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return {"silence": "sale", "document": place | {"why": "Sale"}, "starts_at": at, "ends_at": at}


def test_stage_then_journey_then_fallback() -> None:
    delivery, returns = lines({"ana": ANA, "ben": BEN})
    assert (delivery.owner, delivery.why, delivery.ways) == ("ben", "owns the stage", ("Slack",))
    assert (delivery.then, returns.then) == ("Ana after 24 hours", "again every hour")
    assert (returns.owner, returns.why) == ("ana", "owns the journey; the stage names nobody")
    delivery, returns = lines({"ana": ANA})
    assert (delivery.owner, delivery.unknown) == ("ana", ("ben",))
    assert delivery.why == "owns the journey; the stage names ‘ben’, who is not set up"
    delivery, returns = lines({})
    assert (delivery.owner, delivery.ways) == (None, (f"E-mail to {FALLBACK}",))
    assert (
        delivery.why
        == "the stage names ‘ben’, who is not set up, the journey ‘ana’, who is not set up either"
    )
    assert returns.why == "the stage names nobody, the journey names ‘ana’, who is not set up"


@pytest.mark.parametrize(
    ("stage", "why"),
    [
        (None, "the stage names nobody, nor does the journey"),
        ("ben", "the stage names ‘ben’, who is not set up, the journey names nobody"),
    ],
)
def test_a_map_that_names_nobody(stage: str | None, why: str) -> None:
    journey = SHOP | {"owner": None, "stages": [{"key": "delivery", "name": "Delivery", "owner": stage}]}
    assert lines({}, journey=journey)[0].why == why


def test_silences_of_all_or_of_a_part() -> None:
    found = {
        "sale": lines({}, silence()),
        "stage": lines({}, silence(journey="shop", stage="delivery")),
        "part": lines({}, silence(stage="delivery", metric="nps", audience="customer")),
        "other": lines({}, silence(journey="shopping")),
    }
    silenced = {name: [line.silenced for line in told] for name, told in found.items()}
    assert silenced == {
        "sale": [(("sale", ""),), (("sale", ""),)],
        "stage": [(("sale", ""),), ()],
        "part": [(("sale", "NPS of customers only"),), ()],
        "other": [(), ()],
    }


def test_an_escalation_to_somebody_unknown_goes_to_the_fallback() -> None:
    words = who_is_told.then({"escalate_to": "eve", "escalate_after_hours": 72}, {})
    assert words == "the fallback address (no ‘eve’ is set up) after 3 days"


def test_archiving_says_who_comes_instead() -> None:
    owners: dict[str, Any] = {"ana": ANA | {"escalate_to": "ben"}, "ben": BEN}
    found = owner_rows.archiving("ben", lines(owners), lines({"ana": ANA}), owners)
    assert [(was.stage, will.owner) for was, will in found.stages] == [("delivery", "ana")]
    assert found.escalating == ("Ana",)
    nothing = owner_rows.archiving("eve", lines(owners), lines(owners), owners)
    assert nothing == owner_rows.Consequences((), ())
