"""What turns a course red."""

from __future__ import annotations

from tests.soak import course, overload
from tests.soak.memory import Slope


def test_a_course_is_red_for_what_surely_grows_and_for_who_was_not_served() -> None:
    found = course.Course(minutes=30, rate=50, given=10, acknowledged=10)
    found.memory = {"survey-web": (90, Slope(0.3, -0.1, 0.7)), "survey-relay": (70, None)}
    found.memory["broker"] = 40, Slope(6, 5, 7)  # not ours
    found.lag = {"aggregator": (900, Slope(40, 25, 60))}
    assert course.judge(found) == []
    found.memory["alerts-web"] = 90, Slope(0.3, 0.2, 0.4)
    found.lag["alerts"] = 900, Slope(60, 31, 90)
    found.acknowledged = 9
    assert len(course.judge(found)) == 3


def flood(
    served: float = 100, refused: float = 100, p99: float = 200, recovered: int | None = 3
) -> overload.Overload:
    after = ("half again", 50.0, 50.0, 0.0, 0.0, 5.0, 9.0)
    found = overload.Overload(sustainable=100, recovered=recovered)
    found.rows = [("twice as much", 200, served, refused, 0, 90, p99), after]
    return found


def test_an_overload_is_red_where_nobody_is_refused_few_are_served_late_or_it_does_not_get_over_it() -> None:
    assert overload.judge(flood()) == []
    for bad in (flood(refused=0), flood(served=40), flood(p99=2500), flood(recovered=None)):
        assert len(overload.judge(bad)) == 1
    mute = flood()
    mute.unsaid = 1
    assert len(overload.judge(mute)) == 1
