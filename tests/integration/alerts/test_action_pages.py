"""The pages of actions: read by everybody, logged and changed by leads, from an incident or by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from services.aggregator.app import create_app
from services.alerts.store import actions
from shared.db import Connection
from shared.settings import Settings
from tests.integration.alerts import test_cause_in_mail as scripted
from tests.integration.alerts.conftest import Call, Open
from tests.integration.alerts.test_actions_http import TRACKING, put
from tests.integration.alerts.test_incident_neighbours import served
from tests.integration.alerts.test_owner_pages import inputs, text
from tests.unit.aggregator.events import Event, recorded

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def scores(settings: Settings) -> Iterator[None]:
    """The aggregator answers."""
    with served(create_app(settings), settings.aggregator_port):
        yield


def sent(form: dict[str, Any], **changed: Any) -> MultiDict[str, str]:
    made: MultiDict[str, str] = MultiDict()
    for name, value in {**form, **changed}.items():
        made.setlist(name, value if isinstance(value, list) else [value])
    return made


def test_an_empty_list_says_what_to_do(call: Call) -> None:
    assert "Log an action" in text(call("GET", "/actions"))
    page = text(call("GET", "/actions", role="viewer"))
    assert "Nobody has logged one yet." in page
    assert "Log an action" not in page


def test_a_new_one_asks_where_first_and_then_makes_what_put_makes(call: Call) -> None:
    assert "Where does it change something?" in text(call("GET", "/actions?new=1"))
    page = call("GET", "/actions?new=1&where=shop/delivery")
    form = inputs(page, "/actions")
    assert (form["metric"], form["started_on"]) == ("nps", datetime.now(UTC).date().isoformat())
    assert "Whether they moved alike cannot be told now" in text(page)
    answer = call(
        "POST",
        "/actions",
        data=sent(
            form,
            title="Live map",
            started_on="2026-03-02",
            description="Two\r\nlines",
            control_stages=["returns"],
        ),
    )
    assert answer.headers["Location"] == "/actions/live-map", text(answer)
    assert call("GET", "/v1/actions/live-map").json == {
        "journey": "shop",
        "stage": "delivery",
        "metric": "nps",
        "audience": "customer",
        "title": "Live map",
        "description": "Two\nlines",
        "owner": "ben",
        "started_on": "2026-03-02",
        "treated": {},
        "control": {"stages": ["returns"]},
    }


def test_what_is_wrong_is_said_and_nothing_is_lost(call: Call) -> None:
    form = inputs(call("GET", "/actions?new=1&where=shop/delivery"), "/actions")
    wrong = sent(
        form, title="", started_on="soon", segment="north", control_segment="region=south", description="Kept"
    )
    page = call("POST", "/actions", data=wrong)
    said = text(page)
    assert page.status_code == 422
    assert "Choose a day." in said
    assert "Write one segment like region=north." in said
    assert "What was done:" in said
    assert "Kept" in said
    assert call("GET", "/v1/actions").json["items"] == []


def test_from_an_incident_it_is_filled_in_and_found_there_again(
    call: Call, open_incident: Open, conn: Connection
) -> None:
    incident = open_incident("delivery")
    page = call("GET", f"/incidents/{incident}")
    assert f"/actions?new=1&amp;incident={incident}" in page.text
    assert "Log an action" not in text(call("GET", f"/incidents/{incident}", role="viewer"))
    form = inputs(call("GET", f"/actions?new=1&incident={incident}"), "/actions")
    assert (form["incident"], form["journey"], form["stage"]) == (incident, "shop", "delivery")
    before = conn.execute("SELECT onset FROM incident").fetchone()
    assert before is not None
    assert form["before_from"] <= before["onset"].date().isoformat()
    answer = call("POST", "/actions", data=sent(form, title="New courier"))
    assert answer.status_code == 303, text(answer)
    assert "New courier" in text(call("GET", f"/incidents/{incident}"))


def answers(now: datetime, better_days: int) -> list[Event]:
    """Forty answers a day at delivery and returns for 120 days; delivery is far better on the last of them."""
    random, made = Random(4), []
    returns = ("shop", "returns", "handover", "returns-nps", "nps", "customer")
    for day in range(120, -1, -1):
        for n in range(80):
            place = (scripted.HANDOVER, returns)[n % 2]
            better = place is scripted.HANDOVER and day <= better_days
            score = random.choices((10, 8, 3), (7, 2, 1) if better else (4, 2, 4))[0]
            made.append(recorded(place, score, at=now - timedelta(days=day, minutes=n)))
    return made


@pytest.mark.usefixtures("scores")
def test_the_page_says_whether_it_helped(call: Call, settings: Settings, conn: Connection) -> None:
    now = datetime.now(UTC)
    scripted.count(settings, answers(now, 29))
    started: date = now.astimezone(settings.report_tz).date() - timedelta(days=29)
    form = inputs(call("GET", "/actions?new=1&where=shop/delivery"), "/actions")
    looked = sent(form, started_on=started.isoformat(), do="suggest", title="Kept")
    page = text(call("POST", "/actions", data=looked))
    assert "Returns moved alike over 13 weeks" in page
    put(call, started_on=started.isoformat(), control={"stages": ["returns"]})
    put(call, "idle", title="Idle hands", stage="returns", started_on=started.isoformat(), control={})
    page = text(call("GET", "/actions/tracking", role="viewer"))
    assert "Worked" in page
    assert "It worked: +" in page
    assert "points against the control" in page
    assert "Treated" in page
    assert "NPS by week" in page
    assert "Edit" not in page
    listed = text(call("GET", "/actions", role="viewer"))
    assert "Worked" in listed
    assert "No evidence yet" in listed
    row = actions.get(conn, "tracking")
    assert row is not None
    assert row["effect"]["verdict"] == "worked"


def test_without_scores_the_page_stands_and_says_so(call: Call) -> None:
    put(call)
    page = text(call("GET", "/actions/tracking"))
    assert "The effect cannot be shown: the service does not answer." in page
    assert "Tracking page shows the courier" in text(call("GET", "/actions"))


def test_it_is_changed_by_its_form_and_archived_after_asking(call: Call) -> None:
    put(call)
    assert "Save" not in text(call("GET", "/actions/tracking"))
    form = inputs(call("GET", "/actions/tracking?edit=1"), "/actions/tracking")
    written = {"title": "Other words", "description": TRACKING["description"]}
    changed = sent(form, **written, control_stages=["returns"])
    assert call("POST", "/actions/tracking", data=changed).status_code == 303
    assert call("GET", "/v1/actions/tracking").json == TRACKING | {"title": "Other words"}
    page = call("POST", "/actions/tracking", data=changed)
    assert page.status_code == 422
    assert "Somebody saved it while you were at it." in text(page)
    asked = inputs(call("GET", "/actions/tracking?archive=1"), "/actions/tracking/archive")
    assert call("POST", "/actions/tracking/archive", data=asked).headers["Location"].startswith("/actions")
    assert call("GET", "/actions/tracking").status_code == 404
