"""The message about a silent stage, and the state its detectors show."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.alerts.messages.compose import message
from services.alerts.messages.missing import Missing, missing
from services.alerts.shown import condition
from tests.unit.aggregator.maps import SHOP
from tests.unit.alerts.stories import opened

ZONE = ZoneInfo("Europe/Berlin")
SINCE = datetime(2025, 11, 18, 14, 10, tzinfo=ZONE)
TOLD = datetime(2025, 11, 20, 14, 10, tzinfo=ZONE)


def story(journey_map: dict[str, Any] | None = SHOP, **changed: Any) -> Missing:
    facts = {"since": "2025-11-18T13:10:00.000000Z", "expected": 40.2, "answers_a_day": 20.1}
    telling = {"kind": "stale", "journey": "shop", "stage": "delivery", "because": "stage", "facts": facts}
    how: dict[str, Any] = {
        "addressee": "Ben",
        "told_at": TOLD,
        "survey_url": "https://fb.example",
        "zone": ZONE,
    }
    return missing(telling | changed, journey_map, **how)


def test_it_says_since_when_and_how_many_are_missing() -> None:
    told = message([story()])
    assert told.subject == "Delivery: no answers since Tue 18 Nov, 14:10; about 40 expected"
    assert told.text.startswith(
        "Ben, nobody has answered about Delivery (Shop journey) since Tuesday 18 Nov, 14:10 CET. "
        "By now about 40 answers were to be expected.\n"
    )
    assert "See whether the question still shows:\nhttps://fb.example/s/delivery-nps\n" in told.text
    assert told.text.endswith("You get this because you own Delivery.\n")
    assert told.payload["type"] == "stage.stale"
    assert told.payload["data"]["since"] == "2025-11-18T13:10:00.000000Z"
    assert told.chat.splitlines()[0] == told.subject


def test_of_several_told_together_the_drop_leads() -> None:
    told = message([story(), opened()])
    assert told.subject == "Delivery NPS down 19 to 22 since Thu 13 Nov and 1 more"
    assert told.payload["type"] == "incident.opened"
    assert [merged["kind"] for merged in told.payload["data"]["merged"]] == ["stale"]


def test_a_stage_without_a_map_is_named_by_its_key() -> None:
    told = message([story(None, because="fallback")])
    assert told.subject.startswith("delivery: no answers since")
    assert "https://fb.example\n" in told.text


GONE = {"since": SINCE, "counted": timedelta(days=2), "answers_a_day": 20.0}
ONSET = SINCE - timedelta(days=3)


@pytest.mark.parametrize(
    ("state", "gone", "silenced", "shown"),
    [
        ("ok", None, None, ("ok", None, None, None)),
        ("ok", GONE, None, ("stale", None, SINCE, 40)),
        ("learning", GONE, None, ("stale", None, SINCE, 40)),
        ("degraded", GONE, None, ("degraded", None, ONSET, None)),
        ("degraded", None, "sale", ("silenced", "degraded", ONSET, None)),
        ("ok", GONE, "sale", ("silenced", "stale", SINCE, 40)),
        ("learning", None, "sale", ("silenced", "learning", None, None)),
    ],
)
def test_one_state_is_shown(
    state: str, gone: dict[str, Any] | None, silenced: str | None, shown: tuple[object, ...]
) -> None:
    since = ONSET if state == "degraded" else None
    found = condition({"enabled": True, "state": state, "since": since, "silenced": silenced}, gone)
    assert (found["state"], found["muted"], found["since"], found["expected"]) == shown
    assert found["stale"] == (gone and {"since": SINCE, "expected": 40})


@pytest.mark.parametrize("gone", [None, GONE])
@pytest.mark.parametrize("silenced", [None, "sale"])
@pytest.mark.parametrize("state", ["ok", "learning"])
def test_one_that_is_switched_off_has_no_state(
    state: str, silenced: str | None, gone: dict[str, Any] | None
) -> None:
    off = {"enabled": False, "state": state, "since": None, "silenced": silenced}
    found = condition(off, gone)
    assert [found[name] for name in ("state", "muted", "since", "expected")] == [None] * 4
    assert (found["silenced"], found["stale"] is not None) == (silenced, gone is not None)
    open_ = condition(off | {"state": "degraded", "since": ONSET}, gone)
    assert (open_["muted"] or open_["state"], open_["since"]) == ("degraded", ONSET)
