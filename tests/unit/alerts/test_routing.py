"""Who is told: stage, then journey, then the fallback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.alerts.routing import Recipient, awaits_map, recipient

T0 = datetime(2026, 1, 1, tzinfo=UTC)
STAGE, JOURNEY, FALLBACK = Recipient("ana", "stage"), Recipient("ben", "journey"), Recipient(None, "fallback")


@pytest.mark.parametrize(
    ("stage_owner", "journey_owner", "reachable", "expected"),
    [
        ("ana", "ben", {"ana", "ben"}, STAGE),
        ("ana", "ben", {"ben"}, JOURNEY),
        ("ana", "ben", set(), FALLBACK),
        (None, "ben", {"ana", "ben"}, JOURNEY),
        ("", "ben", {"ben"}, JOURNEY),
        (None, None, {"ana", "ben"}, FALLBACK),
        ("ana", None, {"ana"}, STAGE),
        ("ana", None, {"ben"}, FALLBACK),
    ],
)
def test_the_first_reachable_owner_is_told(
    stage_owner: str | None, journey_owner: str | None, reachable: set[str], expected: Recipient
) -> None:
    stages = [{"key": "search", "owner": "eve"}, {"key": "delivery", "owner": stage_owner}]
    assert recipient({"owner": journey_owner, "stages": stages}, "delivery", reachable) == expected


def test_a_stage_that_left_the_map_falls_to_the_journey() -> None:
    assert recipient({"owner": "ben", "stages": []}, "delivery", {"ben"}) == JOURNEY


def test_without_a_map_the_fallback_is_told() -> None:
    assert recipient(None, "delivery", {"ana", "ben"}) == FALLBACK


def test_the_map_is_awaited_for_a_minute() -> None:
    assert awaits_map(None, T0, T0 + timedelta(seconds=59))
    assert not awaits_map(None, T0, T0 + timedelta(seconds=60))
    assert not awaits_map({"stages": []}, T0, T0)
