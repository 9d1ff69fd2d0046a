"""The words of the banner."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.freshness import Freshness
from shared.lateness import Banner, banners, detectors_late

NOW = datetime(2026, 11, 22, 10, 26, tzinfo=ZoneInfo("Europe/Berlin"))
GAP = {"journey": "shop", "stage": "order", "since": "2026-11-21T08:02:00.000000Z", "after_sequence": 7}


def late(**more: Any) -> dict[str, Any]:
    return {
        "as_of": "2026-11-22T09:14:00.000000Z", "behind_seconds": 720.4, "late": True, "why": "It is away.", "gaps": [],
        "survey_web_ready": True,
    } | more  # fmt: skip


def test_as_of_when_how_late_and_why() -> None:
    assert banners(late(), NOW) == [Banner("warning", "Scores as of 10:14 (12 min behind). It is away.")]


def test_a_document_of_our_own_has_times() -> None:
    at = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert banners(late(as_of=at), NOW)[0].text.startswith("Scores as of Sat 21 Nov, 00:30 (12 min behind)")


def test_nothing_is_said_while_it_is_fresh() -> None:
    assert banners(late(late=False), NOW) == []


def test_where_no_beat_came_nobody_can_tell() -> None:
    (banner,) = banners(late(as_of=None, behind_seconds=None), NOW)
    assert banner.text == "Nobody can tell how current these scores are. It is away."


def test_a_gap_is_worse_and_named() -> None:
    (only,) = banners(late(gaps=[GAP], behind_seconds=40.0), NOW, {("shop", "order"): "Order\n"})
    assert (only.kind, only.text.startswith("Order has counted no answers since Sat 21 Nov, 09:02:")) == (
        "worse",
        True,
    )
    assert [one.kind for one in banners(late(gaps=[GAP]), NOW)] == ["worse", "warning"]
    assert "shop/order" in banners(late(gaps=[GAP]), NOW)[0].text


def freshness(as_of: datetime | None, *, is_late: bool = True) -> Freshness:
    return Freshness(NOW.astimezone(UTC), as_of, is_late, "It is away." if is_late else None, (), True)


def test_detectors_say_until_when_they_have_seen_answers() -> None:
    at = datetime(2026, 11, 22, 9, 14, tzinfo=UTC)
    said = detectors_late(freshness(at), NOW)
    assert said == (
        "The detectors have seen the answers until 10:14 (12 min behind): a stage may have degraded since. It is away."
    )
    assert str(detectors_late(freshness(None), NOW)).startswith("Nobody can tell which answers")
    assert str(detectors_late(freshness(NOW), NOW)).startswith("The detectors have not seen all answers:")


def test_detectors_that_are_not_late_say_nothing() -> None:
    assert detectors_late(freshness(NOW, is_late=False), NOW) is None
