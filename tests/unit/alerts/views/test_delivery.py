"""A notification in the log, in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.alerts.views import delivery
from tests.unit.aggregator.maps import SHOP

NOW = datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
BEN = {"name": "Ben", "channels": [{"kind": "apprise", "url": "slack://a/b/c"}]}
ROW: dict[str, Any] = {
    "id": "4f1c",
    "created_at": NOW,
    "due_at": NOW,
    "settled_at": None,
    "kind": "opened",
    "incident": "7F3K",
    "journey": "shop",
    "stage": "delivery",
    "metric": "nps",
    "audience": "customer",
    "owner": "ben",
    "because": "stage",
    "channel_kind": "apprise",
    "channel_number": 0,
    "state": "due",
    "merged_into": None,
    "attempts": [],
}
REVOKED = {"started_at": "2026-11-22T11:30:00.000000Z", "outcome": "failed", "detail": "Slack answered 404."}


def line(**changed: Any) -> delivery.Line:
    return delivery.line(ROW | changed, {"ben": BEN}, {"ben": "Ben", "eve": "Eve"}, {"shop": SHOP})


def test_one_on_its_way() -> None:
    found = line()
    assert (found.kind, found.place) == ("Opening", "Shop · Delivery · NPS of customers")
    assert (found.owner_name, found.because, found.channel) == ("Ben", "owns the stage", "Slack")
    assert (found.state[1], found.next_at, found.again) == ("On its way", NOW, True)


def test_one_that_failed_says_why_and_when_it_is_tried_again() -> None:
    found = line(attempts=[REVOKED])
    assert (found.state[1], found.detail, found.next_at) == ("Being tried again", "Slack answered 404.", NOW)
    assert line(state="failed", attempts=[REVOKED]).next_at is None


@pytest.mark.parametrize(
    ("state", "again"),
    [("sent", True), ("failed", True), ("merged", False), ("silenced", False), ("withdrawn", False)],
)
def test_what_never_went_by_itself_is_not_sent_again(state: str, again: bool) -> None:
    assert line(state=state).again is again


def test_owners_and_channels_that_are_gone() -> None:
    assert (line(owner="eve").owner_name, line(owner="eve").channel) == ("Eve", "by chat")
    assert line(channel_number=3).channel == "by chat"
    assert line(owner=None, channel_kind="email").owner_name == "The fallback address"


def test_a_test_has_no_place() -> None:
    assert line(kind="test", journey=None, stage=None, metric=None, audience=None, incident=None).place == ""
