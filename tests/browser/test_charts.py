"""Charts in a real browser, under our pages' own policy: they draw, say what is pointed at, and can be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route

from services.aggregator.store import measures
from shared import access
from shared.db import Connection
from shared.events import PUBLISHED
from tests.integration.aggregator.conftest import Feed, client, conn, feed
from tests.unit.aggregator.events import recorded
from tests.unit.aggregator.maps import SHOP

__all__ = ["client", "conn", "feed"]

ORIGIN = "http://journeyloop.test"
HANDOVER = ("shop", "delivery", "handover", "delivery-nps", "nps", "customer")
MARK = "[0, 114, 178]"  # --mark in the light


@pytest.fixture
def stage(client: FlaskClient, conn: Connection, feed: Feed, browser: Browser) -> Iterator[Page]:
    """The page of a stage with answers on all days but one and a measure, opened in a window of 360 px."""
    place = ("shop", "delivery", "handle-time")
    measures.put(
        conn, place, {"name": "Handle time", "unit": "min", "direction": "down", "target": 5}, "tests"
    )
    measures.save_values(conn, place, {date.today() - timedelta(days=day): 4.5 for day in range(2, 20)})
    now = datetime.now(UTC)
    days = [day for day in range(28) if day != 9]
    feed(
        [
            recorded(HANDOVER, score, at=now - timedelta(days=day))
            for day in days
            for score in (10, 9, 9, 2) * 5
        ],
        [(PUBLISHED, SHOP)],
    )
    key = {"Authorization": f"Bearer {access.create_key(conn, 'viewer', 'tests')}"}

    def answer(route: Route) -> None:
        found = client.get(route.request.url.removeprefix(ORIGIN), headers=key)
        route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.data)

    page = browser.new_context(viewport={"width": 360, "height": 800}, accept_downloads=True).new_page()
    page.route("**/*", answer)
    complaints: list[str] = []
    page.on(
        "console",
        lambda said: complaints.append(said.text) if "favicon" not in said.location["url"] else None,
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{ORIGIN}/journeys/shop/stages/delivery")
    page.wait_for_selector("#score canvas")
    yield page
    page.context.close()
    assert complaints == []


def taken(page: Page, name: str, folder: Path) -> bytes:
    """What a button or link of the score's chart hands out."""
    with page.expect_download() as download:
        page.locator("#score").get_by_text(name, exact=True).click()
    assert download.value.suggested_filename == f"shop-delivery-nps-score.{name.lower()}"
    path = folder / name
    download.value.save_as(path)
    return path.read_bytes()


def test_a_chart_draws_and_can_be_taken_away(stage: Page, tmp_path: Path) -> None:
    drawn = """([id, colour]) => {
        const canvas = document.querySelector(`#${id} canvas`);
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let found = 0;
        for (let i = 0; i < data.length; i += 4)
            if (data[i + 3] === 255 && colour.every((part, c) => data[i + c] === part)) found++;
        return found;
    }"""
    for id_ in ("score", "answers"):
        assert stage.evaluate(f"({drawn})(['{id_}', {MARK}])") > 100, id_
    assert stage.evaluate("document.documentElement.scrollWidth") <= 360

    scores, inside = stage.locator("#score .u-over").all()
    above, below = scores.bounding_box(), inside.bounding_box()
    assert above
    assert below
    assert (above["x"], above["width"]) == (below["x"], below["width"]), "one time axis"
    assert above["y"] + above["height"] < below["y"]
    inside.hover()
    assert stage.locator("#score .chart-readout").inner_text().endswith("Handle time (min) 4.5")
    assert scores.locator(".u-cursor-x").is_visible(), "both panels show the day pointed at"

    over = scores
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    stage.mouse.move(box["x"] + box["width"] - 2, box["y"] + 20)
    assert stage.locator("#score .chart-readout").inner_text().endswith("Answers 20 · Handle time (min) –")

    assert taken(stage, "PNG", tmp_path).startswith(b"\x89PNG")
    svg = ElementTree.fromstring(taken(stage, "SVG", tmp_path))
    lines = [found for found in svg.iter() if found.get("stroke-width") == "2"]
    assert len(lines) == 2 + 1, "the day without answers is a gap; the measure has a panel of its own"
    assert [found.text for found in svg.iter() if found.get("font-weight")] == ["NPS", "Handle time (min)"]
    assert (
        taken(stage, "CSV", tmp_path).decode().splitlines()[0] == "Day,NPS,from,to,Answers,Handle time (min)"
    )
    assert urlsplit(stage.url).path == "/journeys/shop/stages/delivery"
