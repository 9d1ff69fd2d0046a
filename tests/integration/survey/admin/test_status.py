"""`/status` where the other services are away: it says so, and what it knows itself stands."""

from __future__ import annotations

from shared.process import Status
from tests.integration.survey.admin.browsing import get
from tests.integration.survey.conftest import Service


def test_services_that_are_away_are_said_to_be(shop: Service) -> None:
    Status("relay").beat(shop.conn, {"ready": True})
    shop.answer()
    assert "not numbered yet" not in get(shop, "/status", role="viewer").text, (
        "it counts employees' answers too"
    )
    page = get(shop, "/status", role="admin")
    for said in (
        "The aggregator service does not answer.",
        "The alerts service does not answer.",
        "The worker of the survey service has never run.",
        "not known: the service does not answer",
    ):
        assert said in page.text
    assert "survey relay ● Running just now" in page.text
    assert "Accepted, not numbered yet3" in page.text.replace("yet 3", "yet3")
    assert "Everything runs" not in page.text
