"""The smaller parts of an incident's page: waterfall, comments, recount."""

from __future__ import annotations

from typing import Any

import pytest

from services.alerts.messages.story import Cause, Grown
from services.alerts.views import comments, fall, truth
from tests.unit.aggregator.maps import SHOP
from tests.unit.alerts.stories import opened


def test_the_waterfall_adds_up_and_hatches_the_mix() -> None:
    bars = fall.bars(opened())
    assert [(bar.name, bar.figure) for bar in bars] == [
        ("Before", "41"),
        ("Courier hand-over (moment of truth)", "−15"),
        ("Order tracking", "−2"),
        ("Others", "−1"),
        ("Different mix", "−1"),
        ("Since", "22"),
    ]
    assert [bar.worse for bar in bars] == [False, True, True, False, False, False]
    hatched = [bar.name for bar in bars if "fall-mix" in bar.picture]
    assert hatched == ["Different mix"]


def test_a_mix_alone_blames_nobody() -> None:
    bars = fall.bars(opened(cause=Cause((), -1, -18, "mix", Grown("plan free", 0.2, 0.6))))
    assert [(bar.name, bar.worse) for bar in bars[1:-1]] == [
        ("Different mix", False),
        ("All touchpoints together", False),
    ]


def test_no_cause_has_no_waterfall() -> None:
    assert fall.bars(opened(cause=None)) == fall.bars(opened(since=None)) == []


def test_comments_name_place_and_reasons_as_people_do() -> None:
    answer = {
        "score": 2,
        "comment": " Two hours late. \n",
        "survey": "delivery-nps",
        "stage": "delivery",
        "touchpoint": "handover",
        "answered_at": "2025-11-20T09:00:00.000000Z",
        "reasons": ["late", "damaged", "gone"],
    }
    elsewhere = answer | {"touchpoint": "gone"}
    found, other = comments.comments([answer, elsewhere], SHOP)
    assert (found.where, found.text) == ("Courier hand-over", "Two hours late.")
    assert found.reasons == ("Late", "Beschädigt", "gone")
    assert other.where == "gone"
    assert comments.comments([answer], None)[0].where == "handover"


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (12, "12 answers of 13 Nov to 14 Nov stored, 12 in the scores: no difference"),
        (14, "14 answers of 13 Nov to 14 Nov stored, 12 in the scores: 2 not counted yet"),
        (11, "11 answers of 13 Nov to 14 Nov stored, 12 in the scores: 1 counted too many, or since removed"),
    ],
)
def test_the_recount(held: int, said: str) -> None:
    asked: dict[str, Any] = {
        "since": {"from": "2025-11-13", "to": "2025-11-14", "days": [{"answers": 1}, {"answers": held - 1}]}
    }
    points = [{"from": f"2025-11-{day}", "n": 6} for day in (12, 13, 14, 15)]
    assert [fact.values for fact in truth.recount(asked, points)] == [(said,)]
    [undone] = truth.recount(None, points)
    assert truth.recount(asked, None) == [undone]
    assert undone.values == ("Not done: one of the two could not be asked",)
