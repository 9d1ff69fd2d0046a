"""Dead letters on the status page: what is missing is a trouble, what is back or was never ours only a number."""

from __future__ import annotations

from services.survey.admin.unread_view import Unread, stopped, troubles, unread
from shared.events import parse_time

NAMES = {"aggregator": "the scores", "alerts": "the detectors"}
AT = "2026-11-22T10:00:00Z"


def test_nothing_died() -> None:
    assert (
        unread({"alerts": {"kept": 0, "missing": 0, "redriven": 0, "last_reason": None, "last_at": None}})
        == []
    )


def test_missing_brought_back_and_not_ours() -> None:
    letters = {"kept": 9, "missing": 4, "redriven": 3, "last_reason": "not JSON", "last_at": AT}
    rows = unread({"alerts": letters})
    assert rows == [Unread("alerts", 4, 3, 2, parse_time(AT), "not JSON")]
    [(text, advice)] = troubles(rows, NAMES)
    assert text == "4 answers could not be read on the way to the detectors."
    assert advice.startswith("The last: not JSON. Once the reason is mended, journeyloop redrive")


def test_all_back_is_no_trouble() -> None:
    rows = unread({"aggregator": {"kept": 5, "missing": 0, "redriven": 5, "last_reason": "x", "last_at": AT}})
    assert (len(rows), list(troubles(rows, NAMES))) == (1, [])


def test_a_stopped_consumer_says_how_to_go_on() -> None:
    text, advice = stopped("alerts", "100 bad events in a row")
    assert text == "The consumer of the alerts service stopped: 100 bad events in a row."
    assert "journeyloop dead-letters let-pass alerts" in advice
