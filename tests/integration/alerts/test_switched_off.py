"""What `/v1/detectors` says of a detector that is switched off."""

from __future__ import annotations

import pytest

from services.alerts.handler import Handler
from shared.db import Connection
from tests.integration.alerts.conftest import Call
from tests.integration.alerts.feed import ZONE, feed, tick
from tests.unit.alerts.events import events

DETECTOR = "/v1/detectors/shop/delivery/nps/customer"


@pytest.fixture
def handler() -> Handler:
    return Handler(ZONE)


def test_it_has_no_state_and_says_why(call: Call, conn: Connection, handler: Handler) -> None:
    made = events(150, historic_days=120)
    feed(conn, handler, made[:5])
    for enabled, state in ((False, None), (True, "learning")):
        assert call("PUT", DETECTOR, role="admin", json={"enabled": enabled}).status_code == 200
        tick(conn, handler)
        [detector] = call("GET", "/v1/detectors").json["items"]
        assert (detector["enabled"], detector["state"]) == (enabled, state)
    feed(conn, handler, made[5:])
    [detector] = call("GET", "/v1/detectors").json["items"]
    assert (detector["state"], detector["noticed_after_days"] is None) == ("ok", False)
    call("PUT", DETECTOR, role="admin", json={"enabled": False})
    tick(conn, handler)
    [detector] = call("GET", "/v1/detectors").json["items"]
    assert (detector["state"], detector["noticed_after_days"]) == (None, None)
    assert detector["in_words"][0] == "This detector is switched off: it watches nothing and raises no alarm."
    assert len(detector["in_words"]) == 2
