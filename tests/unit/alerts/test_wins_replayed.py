"""What was decided live about wins, merged into a replay at its place, gives the same bits."""

from __future__ import annotations

from collections import deque

import orjson

from services.alerts.detection import Detector, Win, from_json, to_json
from services.alerts.rebuild import _decide as merge_decisions
from services.alerts.store.decisions import Placed
from services.alerts.watch import Watch
from tests.unit.alerts.events import Event, events
from tests.unit.alerts.test_watch import BERLIN, PLACE

LIVE, ROSE = 120, 150
MADE = events(ROSE + 75, historic_days=LIVE, low=range(ROSE), seed=2)


def live(made: list[Event], old_until: int = 0) -> tuple[Watch, deque[Placed]]:
    """As it runs, read anew from its row now and then; `old_until`: so long an older version ran, without wins."""
    watch = Watch(BERLIN)
    for begin in range(0, len(made), 700):
        part = made[begin : begin + 700]
        watch.replaying = begin < old_until  # decides nothing by itself, as that version did about wins
        watch.take(part)
        one = watch.find(PLACE)
        assert one is not None
        state = orjson.loads(orjson.dumps(to_json(one.detector.state)))
        if begin < old_until:
            state = {k: v for k, v in state.items() if k not in ("rising", "risen", "false_wins_per_year")}
        one.detector = Detector(from_json(state), one.detector.sums)
    placed = [
        Placed("shop/delivery", *share.place[2:], share.kind, share.payload, share.after_sequence, order)
        for order, share in enumerate(watch.shared, 1)
    ]
    return watch, deque(placed)


def replayed(made: list[Event], placed: deque[Placed]) -> Watch:
    watch = Watch(BERLIN, replaying=True)
    for event in made:
        merge_decisions(watch, placed, before=event[1]["sequence"])
        watch.take([event])
    return watch


def same(one: Watch, other: Watch) -> None:
    found = [watch.find(PLACE) for watch in (one, other)]
    assert found[0] is not None
    assert found[1] is not None
    states = [orjson.dumps(to_json(each.detector.state)) for each in found if each]
    assert states[0] == states[1]
    assert found[0].detector.sums.days == found[1].detector.sums.days


def test_a_replay_finds_the_wins_that_were_found_live() -> None:
    watch, placed = live(MADE)
    assert [one.kind for one in placed] == ["wins"]
    again = replayed(MADE, placed)
    same(watch, again)
    assert again.changes == watch.changes
    assert [type(change) for _, change in watch.changes] == [Win]


def test_what_an_older_version_ran_is_replayed_without_wins() -> None:
    """It began to look for wins only after the rise: a replay finds none where nobody looked."""
    upgraded = 20 * (ROSE + 20)
    watch, placed = live(MADE, old_until=upgraded)
    assert placed[0].after_sequence >= upgraded - 1
    again = replayed(MADE, placed)
    same(watch, again)
    assert again.changes == watch.changes
