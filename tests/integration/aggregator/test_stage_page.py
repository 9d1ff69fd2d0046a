"""The page of a stage over a real database; alerts and the survey service are away, which it says and survives."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from flask.testing import FlaskClient

from shared import access
from shared.db import Connection
from shared.events import PUBLISHED
from tests.integration.aggregator.conftest import Feed
from tests.integration.beating import beat
from tests.unit.aggregator.events import Event, recorded
from tests.unit.aggregator.maps import SHOP

NOW = datetime.now(UTC)
PATH = "/journeys/shop/stages/delivery"
HANDOVER = ("shop", "delivery", "handover", "delivery-nps", "nps", "customer")
STAFF = ("shop", "delivery", "handover", "staff-nps", "nps", "employee")
EFFECT = ("shop", "delivery", "tracking", "tracking-ces", "ces", "customer")


class Page:
    """Opens pages as a viewer."""

    def __init__(self, client: FlaskClient, conn: Connection) -> None:
        self.client = client
        self.key = access.create_key(conn, "viewer", "tests")

    def html(self, path: str = PATH, status: int = 200) -> str:
        answer = self.client.get(path, headers={"Authorization": f"Bearer {self.key}"})
        assert answer.status_code == status, answer.text
        assert answer.mimetype == "text/html"
        return answer.text

    def words(self, path: str = PATH, status: int = 200) -> str:
        bare = re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", self.html(path, status), flags=re.S)
        return " ".join(unescape(bare).split())


@pytest.fixture
def page(client: FlaskClient, conn: Connection) -> Page:
    return Page(client, conn)


def given(place: tuple[str, ...], days_ago: float, *scores: int, **segments: str) -> list[Event]:
    at = NOW - timedelta(days=days_ago)
    return [
        recorded(place, score, at=at, reasons=("late",) if score < 5 else (), **segments) for score in scores
    ]


def published(feed: Feed, *events: list[Event]) -> None:
    feed([event for some in events for event in some], [(PUBLISHED, SHOP)])


def test_a_stage_with_answers_shows_its_score_and_survives_its_neighbours(feed: Feed, page: Page) -> None:
    before = given(HANDOVER, 40, *[10] * 60, *[2] * 20, region="north")
    since = given(HANDOVER, 3, *[10] * 40, *[2] * 40, region="north")
    published(feed, before, since)
    words = page.words()
    assert "Journeys Shop Delivery Owner: ben" in words
    assert re.search(r"NPS of customers, 28 days 0 −21 to 21 · 80 answers −50, beyond noise", words)
    assert "Target 40: not met" in words
    assert "Moment of truth: Courier hand-over 0" in words
    assert "Order tracking No answers yet" in words
    assert "By region" in words
    assert "Late 50 % (40)" in words
    assert "Leads can read what customers wrote." in words
    for panel in ("The state", "Changes of wording"):
        assert f"{panel} cannot be shown: the service does not answer" in words
    assert "? Unknown Nobody can tell now how this stage is doing." in words
    assert "Healthy" not in words


def test_each_metric_and_audience_stands_alone(feed: Feed, page: Page) -> None:
    published(feed, given(HANDOVER, 3, *[10] * 50), given(EFFECT, 3, *[7] * 30, *[1] * 10))
    words = page.words()
    assert "NPS of customers CES of customers" in words
    assert "NPS of customers, 28 days 100 87 to 100 · 50 answers" in words
    assert "75 % 60 % to 86 % · 40 answers" in page.words(f"{PATH}?metric=ces&audience=customer")


def test_few_answers_put_the_interval_first_and_tell_no_change(feed: Feed, page: Page) -> None:
    published(feed, given(HANDOVER, 40, *[10] * 50), given(HANDOVER, 3, *[10] * 6, *[2] * 3))
    words = page.words()
    assert re.search(r"28 days between −\d+ and \d+ 9 answers", words)
    assert "28 days before" not in words


def test_without_answers_there_is_no_zero_but_the_way_to_get_some(feed: Feed, page: Page) -> None:
    published(feed)
    html, words = page.html(), page.words()
    assert "NPS of customers, 28 days No answers yet How to put ‘delivery-nps’ in front of customers" in words
    assert "/admin/surveys/delivery-nps" in html
    assert html.count("No answers in these 28 days.</span>") == 3


def test_an_old_stage_that_nobody_answered_lately_is_not_called_new(feed: Feed, page: Page) -> None:
    published(feed, given(HANDOVER, 200, *[10] * 40))
    assert "28 days No answers in these 28 days" in page.words()
    assert "365 days 100" in page.words(f"{PATH}?window=365d")


def test_few_employees_are_not_recognised(feed: Feed, page: Page, conn: Connection) -> None:
    published(feed, given(STAFF, 3, 9, 9, 1, 2, region="north"))
    html = page.html(f"{PATH}?audience=employee")
    assert "Not shown: too few employees answered" in html
    assert "By region" not in html
    assert "Latest comments" not in html
    assert '"values":[-' not in html
    published(feed, given(STAFF, 3, 9))
    beat(conn)
    assert "Not shown" in page.words(f"{PATH}?audience=employee"), "their month is not over"
    published(feed, given(STAFF, 100, 9, 9, 9, 9, 9))
    beat(conn)
    words = page.words(f"{PATH}?audience=employee")
    assert "5 answers" in words
    assert "Macro" not in words, "nothing of the page is called as what the shell says"
    assert "Leads can read what employees wrote" in words


def test_a_page_says_when_its_scores_are_late(feed: Feed, page: Page) -> None:
    """No consumer runs and no beat came: nothing proves how fresh the scores are."""
    published(feed, given(HANDOVER, 1, *[10] * 40))
    assert "Nobody can tell how current these scores are. The consumer" in page.words()


def test_wrong_addresses_are_pages_too(feed: Feed, page: Page) -> None:
    published(feed)
    page.html("/journeys/shop/stages/nowhere", 404)
    page.html("/journeys/nobody/stages/delivery", 404)
    page.html(f"{PATH}?window=forever", 422)
    page.html(f"{PATH}?metric=happiness", 422)


def test_whoever_is_not_signed_in_is_asked_to(client: FlaskClient) -> None:
    answer = client.get(PATH)
    assert answer.status_code == 303
    assert "/sign-in?next=" in answer.headers["Location"]
