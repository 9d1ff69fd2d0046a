"""GET /v1/changes and /v1/scorecards on scripted truths, over HTTP and a real database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.events import PUBLISHED, RETIRED
from tests.integration.aggregator.conftest import Ask, Feed
from tests.unit.aggregator.events import Event, recorded
from tests.unit.aggregator.maps import SHOP

BEFORE, SINCE = datetime(2026, 5, 4, 12, tzinfo=UTC), datetime(2026, 5, 11, 12, tzinfo=UTC)
ASKED = {
    "journey": "shop",
    "stage": "delivery",
    "metric": "nps",
    "audience": "customer",
    "before_from": "2026-05-04",
    "before_to": "2026-05-10",
    "since_from": "2026-05-11",
    "since_to": "2026-05-17",
}


def place(touchpoint: str) -> tuple[str, ...]:
    return ("shop", "delivery", touchpoint, f"{touchpoint}-nps", "nps", "customer")


def answers(touchpoint: str, region: str, at: datetime, promoters: int, detractors: int) -> list[Event]:
    at_place = place(touchpoint)
    good = [recorded(at_place, 10, at=at, region=region) for _ in range(promoters)]
    return good + [recorded(at_place, 2, at=at, reasons=("late",), region=region) for _ in range(detractors)]


def story(now: dict[tuple[str, str], tuple[int, int]]) -> list[Event]:
    """140 promoters and 60 detractors at each touchpoint and region before; `now` (or the same) since."""
    events: list[Event] = []
    for touchpoint in ("handover", "tracking"):
        for region in ("north", "south"):
            events += answers(touchpoint, region, BEFORE, 140, 60)
            events += answers(touchpoint, region, SINCE, *now.get((touchpoint, region), (140, 60)))
    return events


def adds_up(answer: dict[str, Any]) -> None:
    for parts in (answer["by_touchpoint"], answer["by_segment"]):
        assert sum(part["points"] for part in parts) == pytest.approx(answer["change"], abs=1e-9)
        assert sum(part["changed"] + part["mix"] for part in parts) == pytest.approx(
            answer["change"], abs=1e-9
        )
    assert answer["since"]["score"] - answer["before"]["score"] == pytest.approx(answer["change"], abs=1e-9)


def test_one_touchpoint_falls_in_one_region(feed: Feed, ask: Ask) -> None:
    feed(story({("handover", "north"): (60, 140)}), [(PUBLISHED, SHOP)])
    answer = ask("/v1/changes", **ASKED)
    adds_up(answer)
    assert (answer["unit"], answer["scope"]) == ("points", {"journey": "shop", "stage": "delivery"})
    assert (answer["before"]["score"], answer["before"]["n"]) == (40.0, 800)
    assert answer["before"]["window"] == {"from": "2026-05-04", "to": "2026-05-10"}
    assert answer["change"] == pytest.approx(-20)
    assert answer["beyond_noise"]
    assert answer["through"] == {"shop/delivery": 1600}
    handover, tracking = answer["by_touchpoint"]
    assert (handover["touchpoint"], handover["name"]) == ("handover", "Courier hand-over")
    assert (handover["moment_of_truth"], handover["beyond_noise"]) == (True, True)
    assert handover["points"] == pytest.approx(-20)
    assert handover["mostly"] == {"segment": "region", "value": "north"}
    assert (tracking["points"], tracking["beyond_noise"], tracking["mostly"]) == (
        pytest.approx(0),
        False,
        None,
    )
    assert answer["by_segment"][0]["segment"] == {"region": "north"}
    assert (answer["verdict"]["kind"], answer["verdict"]["name"]) == ("touchpoint", "Courier hand-over")
    (reason,) = answer["reasons"]
    assert (reason["reason"], reason["label"], reason["before"], reason["since"]) == (
        "late",
        "late",
        240,
        320,
    )
    assert reason["share"] == 320 / 800


def test_one_region_falls_everywhere(feed: Feed, ask: Ask) -> None:
    feed(story({("handover", "north"): (90, 110), ("tracking", "north"): (90, 110)}), [(PUBLISHED, SHOP)])
    answer = ask("/v1/changes", **ASKED)
    adds_up(answer)
    assert [part["mostly"] for part in answer["by_touchpoint"]] == [
        {"segment": "region", "value": "north"}
    ] * 2
    assert answer["verdict"] == {"kind": "segment", "segment": {"region": "north"}}
    north, south = answer["by_segment"]
    assert north["points"] == pytest.approx(answer["change"])
    assert south["points"] == pytest.approx(0)


def test_only_the_mix_moves(feed: Feed, ask: Ask) -> None:
    events = answers("handover", "north", BEFORE, 40, 60) + answers("tracking", "north", BEFORE, 320, 80)
    events += answers("handover", "north", SINCE, 160, 240) + answers("tracking", "north", SINCE, 80, 20)
    feed(events)
    answer = ask("/v1/changes", **ASKED)
    adds_up(answer)
    assert answer["change"] == pytest.approx(-48)
    assert answer["mix"] == pytest.approx(-48)
    assert all(part["changed"] == pytest.approx(0) for part in answer["by_touchpoint"])
    assert not any(part["beyond_noise"] for part in answer["by_touchpoint"])
    assert (answer["verdict"]["kind"], answer["verdict"]["touchpoint"]) == ("mix", "handover")


def test_the_whole_journey_without_a_stage(feed: Feed, ask: Ask) -> None:
    feed(
        [*story({}), recorded(("shop", "returns", "handover", "returns-nps", "nps", "customer"), 0, at=SINCE)]
    )
    answer = ask("/v1/changes", **{name: value for name, value in ASKED.items() if name != "stage"})
    adds_up(answer)
    assert len(answer["by_touchpoint"]) == 3
    assert set(answer["through"]) == {"shop/delivery", "shop/returns"}


def test_no_answers_at_all(ask: Ask) -> None:
    answer = ask("/v1/changes", **ASKED)
    assert (answer["change"], answer["by_touchpoint"], answer["through"]) == (None, [], {})
    assert (answer["before"]["n"], answer["before"]["score"]) == (0, None)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"metric": None}, "metric"),
        ({"journey": None}, "journey"),
        ({"since_to": None}, "since_to"),
        ({"before_to": "2026-05-01"}, "before_to"),
        ({"since_to": "2026-05-01"}, "since_to"),
        ({"window": "7d"}, "window"),
    ],
)
def test_bad_questions_name_the_parameter(ask: Ask, wrong: dict[str, str | None], field: str) -> None:
    query = {name: value for name, value in (ASKED | wrong).items() if value is not None}
    assert field in ask("/v1/changes", 422, **query)["errors"]


def test_the_scorecard_compares_with_the_window_before(feed: Feed, ask: Ask) -> None:
    feed(story({("handover", "north"): (60, 140)}), [(PUBLISHED, SHOP)])
    card = ask("/v1/scorecards/shop", **{"from": "2026-05-11", "to": "2026-05-17"})
    assert card["window_before"] == {"from": "2026-05-04", "to": "2026-05-10"}
    (score,) = card["stages"][0]["scores"]
    assert (score["score"], score["before"]["score"], score["target"]) == (20.0, 40.0, 40)
    assert score["change"]["points"] == pytest.approx(-20)
    assert (score["change"]["beyond_noise"], score["meets_target"]) == (True, False)
    assert card["stages"][0]["touchpoints"][0]["scores"][0]["score"] == 0.0
    assert [(spot["stage"], spot["touchpoint"]) for spot in card["blind_spots"]] == [("returns", "handover")]


def test_the_scorecard_of_a_retired_journey_says_so(feed: Feed, ask: Ask) -> None:
    feed([], [(PUBLISHED, SHOP)])
    feed([], [(RETIRED, {"journey": "shop", "revision": 8})])
    assert ask("/v1/scorecards/shop")["retired"] is True


def test_an_unknown_journey_has_no_scorecard(feed: Feed, ask: Ask) -> None:
    assert ask("/v1/scorecards/nowhere", 404)["title"] == "Unknown journey"
    assert "windw" in ask("/v1/scorecards/nowhere", 422, windw="7d")["errors"]
