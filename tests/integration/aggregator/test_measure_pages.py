"""Pages of measures over a real database: defined, given values after a dry run, shown beside what customers say."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.aggregator import periods
from shared import access
from shared.db import Connection
from shared.events import PUBLISHED
from shared.settings import Settings
from tests.integration.aggregator.conftest import Feed
from tests.unit.aggregator.events import recorded
from tests.unit.aggregator.maps import SHOP

LIST, PATH = "/measures/shop", "/measures/shop/delivery/handle-time"
FORM = {"stage": "delivery", "name": "Handle time", "unit": "min", "direction": "down", "target": "5"}
HANDOVER = ("shop", "delivery", "handover", "delivery-nps", "nps", "customer")


class Browser:
    """Somebody at the pages, as a lead unless said otherwise."""

    def __init__(self, client: FlaskClient, conn: Connection, settings: Settings) -> None:
        self.client, self.today = client, periods.today(settings.report_tz)
        self.keys = {role: access.create_key(conn, role, role) for role in ("lead", "viewer")}

    def __call__(self, path: str, status: int = 200, role: str = "lead", **form: Any) -> str:
        """The words of a page, or of what a form leads to."""
        headers = {"Authorization": f"Bearer {self.keys[role]}"}
        sent: dict[str, Any] = {"method": "POST", "data": form} if form else {}
        answer = self.client.open(path, headers=headers, **sent)
        assert answer.status_code == status, answer.text
        if status == 303:
            return str(answer.headers["Location"])
        bare = re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", answer.text, flags=re.S)
        return " ".join(unescape(bare).split())

    def day(self, ago: int) -> str:
        return (self.today - timedelta(days=ago)).isoformat()


@pytest.fixture
def at(client: FlaskClient, conn: Connection, settings: Settings, feed: Feed) -> Browser:
    """A browser at a shop whose customers miss their target of 40."""
    moment = datetime.now(UTC) - timedelta(days=3)
    feed([recorded(HANDOVER, score, at=moment) for score in [10] * 40 + [2] * 40], [(PUBLISHED, SHOP)])
    return Browser(client, conn, settings)


def test_defined_given_values_and_green_inside(at: Browser) -> None:
    assert "No measures yet" in at(LIST)
    assert at(LIST, 303, **FORM) == PATH
    assert "No values in these 90 days." in at(PATH)
    rows = f"{at.day(1)},4.5\n{at.day(2)},4"
    tried = at(f"{PATH}/values", values=rows, do="try")
    assert "Nothing is saved yet. Saving: 2 days, 2 new." in tried
    assert "– 4.5 min" in tried
    assert "No values in these 90 days." in at(PATH)
    assert at(f"{PATH}/values", 303, values=rows, do="save") == PATH
    shown = at(PATH, role="viewer")
    assert "Mean of 90 days 4.25 min from 2 days" in shown
    assert "at most 5 min: ✓ met" in shown
    assert "NPS by week, with Handle time" in shown
    assert "Handle time: 4.25 min on average, target at most 5 min: met." in shown
    said = "Handle time meets its target (4.25 min, at most 5 min) while customers’ NPS (0) is under its target of 40."
    stage = at("/journeys/shop/stages/delivery", role="viewer")
    assert f"Green inside, red outside. {said}" in stage
    assert "Handle time (min)" in stage
    assert f"Green inside, red outside at Delivery. {said}" in at("/journeys/shop", role="viewer")
    for page in ("/journeys/shop/stages/delivery", "/journeys/shop"):
        assert "Green inside" not in at(f"{page}?audience=employee", role="viewer")
    at(f"{PATH}/values", 303, values=f"{at.day(1)};9,5", do="save")
    assert "target at most 5 min : ✗ not met" in at("/journeys/shop", role="viewer")
    assert "Green inside" not in at("/journeys/shop")
    assert "Handle time 6.75 min at most 5 min: ✗ not met" in at(LIST)


def test_a_file_is_tried_first_and_its_mistakes_are_named(at: Browser) -> None:
    at(LIST, 303, **FORM)
    file = (io.BytesIO(f"day,value\n{at.day(1)},4\n{at.day(-2)},4\nx,y\n".encode()), "values.csv")
    wrong = at(f"{PATH}/values", 422, values="", file=file, do="try")
    assert f"line 3: {at.day(-2)} has not come yet." in wrong
    assert "line 4: Write a day, 2026-11-24." in wrong
    assert f"{at.day(1)},4" in wrong, "what was in the file can be mended"
    good = (io.BytesIO(f"\ufeffday;value\n{at.day(1)};4,5\n".encode()), "values.csv")
    assert "Saving: 1 day, 1 new." in at(f"{PATH}/values", values="", file=good, do="try")
    assert "Save the CSV as UTF-8." in at(
        f"{PATH}/values", 422, file=(io.BytesIO(b"\xff\xfe\x00"), "workbook.csv"), do="try"
    )
    assert "Give a day and a value a line, or choose a file." in at(
        f"{PATH}/values", 422, values=" ", do="save"
    )
    assert "No values in these 90 days." in at(PATH)


def test_what_is_wrong_with_a_measure_is_said_in_the_forms_words(at: Browser) -> None:
    words = at(LIST, 422, stage="delivery", target="five")
    for said in (
        "Say what is measured.",
        "Choose which way it gets better.",
        "Write a number, 4.5, or nothing.",
    ):
        assert said in words
    at(LIST, 303, **FORM)
    assert "There is a measure ‘handle-time’ at this stage already." in at(
        LIST, 422, **FORM, measure="handle-time"
    )
    assert at(LIST, 303, **FORM) == f"{PATH}-2"


def test_edited_by_one_at_a_time_and_archived(at: Browser) -> None:
    at(LIST, 303, **FORM)
    assert "somebody" in at(PATH, 422, **FORM, etag='"old"').lower()
    page = at.client.get(f"{PATH}?edit=1", headers={"Authorization": f"Bearer {at.keys['lead']}"}).text
    (etag,) = set(re.findall(r'name="etag" value="([^"]+)"', page))
    assert at(PATH, 303, **(FORM | {"target": "4,5"}), etag=unescape(etag)) == PATH
    assert "at most 4.5 min" in at(PATH)
    assert "Its values are kept" in at(f"{PATH}?archive=1")
    at(f"{PATH}/archive", 412, etag=unescape(etag))
    page = at.client.get(f"{PATH}?archive=1", headers={"Authorization": f"Bearer {at.keys['lead']}"}).text
    assert (
        at(f"{PATH}/archive", 303, etag=unescape(re.findall(r'name="etag" value="([^"]+)"', page)[0])) == LIST
    )
    at(PATH, 404)


def test_a_viewer_reads_and_changes_nothing(at: Browser) -> None:
    at(LIST, 303, **FORM)
    for path in (LIST, PATH, f"{PATH}/values", f"{PATH}/archive"):
        at(path, 403, role="viewer", **FORM)
    assert "Give values" not in at(PATH, role="viewer")
    assert "Define a measure" not in at(f"{LIST}?new=1", role="viewer")
    at("/measures/nowhere", 404)
    at("/measures/shop/delivery/nothing", 404)
