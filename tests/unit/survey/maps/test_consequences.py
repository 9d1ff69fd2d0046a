"""What would break is said before it is saved."""

from __future__ import annotations

from typing import Any

from services.survey.maps import surgery
from services.survey.maps.consequences import Used, of_archiving, of_change, unowned

JOURNEY: dict[str, Any] = {
    "name": "Shop",
    "segments": ["plan", "region"],
    "stages": [
        {"key": "order", "name": "Order", "owner": "ben", "touchpoints": [{"key": "basket"}]},
        {
            "key": "delivery",
            "name": "Delivery",
            "owner": "ana",
            "touchpoints": [{"key": "handover"}, {"key": "slot"}],
        },
    ],
}
LIVE = Used("delivery-nps", "delivery", "handover", "live", 1_204)
OLD = Used("delivery-old", "delivery", "handover", "archived", 1)
EVERYBODY = {"ana": "Ana", "ben": "Ben"}


def test_a_touchpoint_with_a_live_survey_stays() -> None:
    after = surgery.remove(JOURNEY, ("delivery", "handover"))
    (one,) = of_change(JOURNEY, after, [LIVE, OLD], EVERYBODY)
    assert one.refused
    assert one.survey == "delivery-nps"
    assert one.text == (
        "Touchpoint ‘handover’ of stage ‘delivery’ has 1,204 responses and the live survey ‘delivery-nps’. "
        "Keep it, or archive the survey first."
    )


def test_a_stage_goes_only_without_surveys_in_it() -> None:
    after = surgery.remove(JOURNEY, ("delivery",))
    assert [one.refused for one in of_change(JOURNEY, after, [LIVE], EVERYBODY)] == [True]
    assert of_change(JOURNEY, after, [], EVERYBODY) == []


def test_responses_of_archived_surveys_stay_counted() -> None:
    after = surgery.remove(JOURNEY, ("delivery", "handover"))
    (one,) = of_change(JOURNEY, after, [OLD], EVERYBODY)
    assert not one.refused
    assert "has 1 response to archived surveys. They stay counted" in one.text


def test_a_touchpoint_carried_away_leaves_its_survey_behind() -> None:
    after = surgery.transfer(JOURNEY, ("delivery", "handover"), "order")
    assert [one.refused for one in of_change(JOURNEY, after, [LIVE], EVERYBODY)] == [True]


def test_moves_additions_and_words_break_nothing() -> None:
    after = surgery.move(JOURNEY, ("delivery",), -1)
    after = surgery.edit(after, ("delivery", "handover"), {"name": "Hand-over", "moment_of_truth": True})
    after = surgery.add(after, (), {"key": "return", "name": "Return"})
    assert of_change(JOURNEY, after, [LIVE], EVERYBODY) == []


def test_a_segment_that_goes_is_said() -> None:
    after = surgery.edit(JOURNEY, (), {"segments": ["region"]})
    assert ["‘plan’" in one.text for one in of_change(JOURNEY, after, [], EVERYBODY)] == [True]


def test_a_stage_that_loses_its_owner_is_said_and_one_that_had_none_is_not() -> None:
    after = surgery.edit(JOURNEY, ("delivery",), {"owner": ""})
    (one,) = of_change(JOURNEY, after, [], EVERYBODY)
    assert one.text == "Delivery has no owner; alerts go to the fallback."
    assert of_change(after, surgery.edit(after, ("delivery",), {"name": "D"}), [], EVERYBODY) == []


def test_an_owner_nobody_knows_is_no_owner_yet() -> None:
    after = surgery.edit(JOURNEY, ("delivery",), {"owner": "zoe"})
    (one,) = of_change(JOURNEY, after, [], EVERYBODY)
    assert one.text == "Delivery: there is no owner ‘zoe’ yet; until there is, alerts go to the fallback."
    assert of_change(JOURNEY, after, [], None) == [], "not known now: nothing is claimed"


def test_the_journeys_owner_stands_in() -> None:
    owned = {**JOURNEY, "owner": "ben", "stages": [{"key": "delivery"}, {"key": "order", "owner": "zoe"}]}
    assert unowned(owned, EVERYBODY) == {}
    assert list(unowned({**owned, "owner": None}, EVERYBODY)) == ["delivery", "order"]
    assert list(unowned({**owned, "owner": None}, None)) == ["delivery"]


def test_archiving_is_refused_by_live_surveys_and_says_what_stays() -> None:
    refused, *_ = of_archiving([LIVE])
    assert refused.refused
    assert refused.text == (
        "The survey ‘delivery-nps’ is live, with 1,204 responses. Archive or pause it first."
    )
    resting, counted = of_archiving([OLD, Used("slot", "delivery", "slot", "draft", 0)])
    assert "‘slot’" in resting.text
    assert counted.text == "1 response stays stored and counted."
    assert of_archiving([]) == []
