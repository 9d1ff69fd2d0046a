"""The detectors of one batch: which day and moment an event belongs to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from services.alerts.watch import REDRIVEN, Watch, microseconds
from tests.unit.alerts.events import correction, recorded

BERLIN = ZoneInfo("Europe/Berlin")
PLACE = ("shop", "delivery", "nps", "customer")


def test_a_moment_is_exact() -> None:
    assert microseconds(datetime(1970, 1, 1, 0, 0, 1, 2, UTC)) == 1_000_002
    assert microseconds(datetime(2026, 11, 22, 5, 38, 58, 123_456, UTC)) == 1_795_325_938_123_456


def test_days_are_those_of_the_report() -> None:
    watch = Watch(BERLIN)
    watch.take([recorded(1, 10, datetime(2024, 6, 30, 22, 30, tzinfo=UTC), False)])
    found = watch.find(PLACE)
    assert found is not None
    assert list(found.detector.sums.days) == [date(2024, 7, 1).toordinal()]


def test_an_answer_that_is_brought_back_trains_and_never_bets() -> None:
    day, step = datetime(2024, 1, 1, tzinfo=UTC), timedelta(hours=1)
    bad = [recorded(n, 0, day + 900 * step, False) for n in range(901, 1001)]
    lived, brought_back = Watch(BERLIN), Watch(BERLIN)
    for watch in (lived, brought_back):
        watch.take([recorded(n, 10 - n % 3, day + n * step, n < 800) for n in range(1, 901)])
    lived.take(bad)
    assert [type(change).__name__ for _, change in lived.changes] == ["Opening"]
    found = brought_back.find(PLACE)
    assert found is not None
    before = [*found.detector.state.evidence], [*found.detector.state.case], found.detector.state.clock
    for place, (kind, data) in enumerate(bad, 1):
        brought_back.decide(PLACE, REDRIVEN, {"kind": kind, "data": data}, 1000, place)
    assert brought_back.changes == []
    assert (
        [*found.detector.state.evidence],
        [*found.detector.state.case],
        found.detector.state.clock,
    ) == before
    assert found.detector.sums.total(0).n == 1000
    _, data = correction("voided", 1001, bad[0], None)
    brought_back.decide(PLACE, REDRIVEN, {"kind": "voided", "data": data}, 1001, 101)
    assert found.detector.sums.total(0).n == 999


def test_an_amended_answer_stays_on_its_day() -> None:
    watch = Watch(BERLIN)
    first = recorded(1, 10, datetime(2024, 6, 30, tzinfo=UTC), False)
    watch.take(
        [
            first,
            correction("amended", 2, first, 7),
            correction("voided", 3, (first[0], first[1] | {"score": 7}), None),
        ]
    )
    found = watch.find(PLACE)
    assert found is not None
    assert found.detector.sums.days == {date(2024, 6, 30).toordinal(): {("delivery-nps", 1): [0, 0, 0]}}
    assert found.last_sequence == 3
