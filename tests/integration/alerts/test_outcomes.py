"""How a person's outcome changes what a detector learns from: from the request to the baseline it shows weeks later."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.alerts.handler import Handler
from shared.db import Connection
from shared.events import isoformat, parse_time
from tests.integration.alerts.conftest import Call
from tests.integration.alerts.feed import ZONE, feed, tick
from tests.unit.alerts.events import START, Event, events

A_DAY = 20
OPENED_BY, WORSE = 160, 150  # days: today, and when the drop began


def until_today(made: list[Event]) -> list[Event]:
    """The same answers at other times: day 160 ends now, as a person's acts happen now."""
    later = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - START
    later -= timedelta(days=OPENED_BY - 1)
    return [
        (kind, data | {name: _moved(data[name], later) for name in ("answered_at", "recorded_at")})
        for kind, data in made
    ]


def _moved(text: str, later: timedelta) -> str:
    return isoformat(parse_time(text) + later)


def days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days + 1


@pytest.fixture
def handler() -> Handler:
    return Handler(ZONE)


@pytest.fixture
def learned(call: Call, conn: Connection, handler: Handler, request: pytest.FixtureRequest) -> dict[str, Any]:
    """The detector 90 healthy days after somebody resolved its incident, and that incident."""
    made = until_today(events(OPENED_BY + 90, A_DAY, historic_days=120, low=range(WORSE, OPENED_BY), seed=2))
    feed(conn, handler, made[: OPENED_BY * A_DAY])
    [incident] = call("GET", "/v1/incidents?state=open").json["items"]
    answer = call("POST", f"/v1/incidents/{incident['id']}/resolve", json={"outcome": request.param})
    assert answer.status_code == 200
    tick(conn, handler)
    feed(conn, handler, made[OPENED_BY * A_DAY :])
    [detector] = call("GET", "/v1/detectors").json["items"]
    return detector | {"incident": call("GET", f"/v1/incidents/{incident['id']}").json}


def left_out(learned: dict[str, Any]) -> float:
    """How many days' answers are missing in the baseline."""
    baseline = learned["baseline"]
    return days(baseline["from"], baseline["to"]) - baseline["n"] / A_DAY


@pytest.mark.parametrize("learned", ["fixed"], indirect=True)
def test_fixed_leaves_the_incident_out(learned: dict[str, Any]) -> None:
    incident = learned["incident"]
    assert left_out(learned) == pytest.approx(
        days(incident["onset"][:10], incident["closed_at"][:10]), abs=1.1
    )
    assert (learned["state"], learned["called_false"]) == ("ok", 0)


@pytest.mark.parametrize("learned", ["false_alarm"], indirect=True)
def test_a_false_alarm_puts_its_answers_back_and_counts_in_the_open(learned: dict[str, Any]) -> None:
    assert left_out(learned) == pytest.approx(0, abs=1.1)
    assert (learned["alarms"], learned["called_false"]) == (1, 1)
    assert "raised 1 alarm, called false;" in learned["in_words"][0]
    assert learned["incident"]["record"]["called_false"] == 1


@pytest.mark.parametrize("learned", ["new_normal"], indirect=True)
def test_a_new_normal_begins_at_the_onset(learned: dict[str, Any]) -> None:
    assert learned["baseline"]["from"] == learned["incident"]["since"]["from"]
    assert left_out(learned) == pytest.approx(0, abs=1.1)
