"""A person is never asked more often than the rules say, in whatever order things happen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.survey.eligibility import DISMISSED, MOMENT_REST, Past, Rules, decide, draw, rules

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KEYS = ("a", "b", "c")


@dataclass
class Person:
    """One person's past as the tables keep it: the latest time of each kind, whatever came when."""

    asked: dict[str, datetime] = field(default_factory=dict)
    dismissed: dict[str, datetime] = field(default_factory=dict)
    never: bool = False

    def keep(self, events: dict[str, datetime], survey: str, at: datetime) -> None:
        events[survey] = max(at, events.get(survey, at))


surveys = st.fixed_dictionaries(
    {
        key: st.builds(
            Rules,
            st.just(key),
            st.sampled_from([timedelta(), DAY, 3 * DAY, 40 * DAY]),
            st.sampled_from([timedelta(), MOMENT_REST, 7 * DAY]),
            st.sampled_from([0.0, 0.5, 1.0]),
        )
        for key in KEYS
    }
)
# What happens next: hours later, at which survey, and by how many hours its message is late.
events = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from(KEYS),
        st.sampled_from(["visit", "visit", "visit", "dismiss", "answer", "never"]),
        st.integers(0, 100),
    ),
    max_size=60,
)


@given(surveys, events)
def test_never_asked_more_often_than_the_rules_say(known: dict[str, Rules], history: list[tuple]) -> None:
    person = Person()
    shown: list[tuple[str, datetime]] = []
    closed: list[tuple[str, datetime]] = []
    now = NOW
    for hours, key, kind, late in history:
        now += timedelta(hours=hours)
        rule, at = known[key], now - timedelta(hours=late)
        if kind == "visit":
            decision = decide(
                rule, Past(person.asked, person.dismissed, person.never), draw(key, "person"), now
            )
            if decision.show:
                check(rule, now, shown, closed, person)
                shown.append((key, now))
                person.keep(person.asked, key, now)
        elif kind == "dismiss":
            closed.append((key, at))
            person.keep(person.dismissed, key, at)
        elif kind == "answer":  # by e-mail, say: counts as asked
            shown.append((key, at))
            person.keep(person.asked, key, at)
        else:
            person.never = True


def check(
    rule: Rules,
    now: datetime,
    shown: list[tuple[str, datetime]],
    closed: list[tuple[str, datetime]],
    person: Person,
) -> None:
    assert not person.never
    assert draw(rule.survey, "person") < rule.sample_rate
    assert all(now - at >= rule.rest for _, at in shown)
    assert all(now - at >= rule.cooldown for key, at in shown if key == rule.survey)
    assert all(now - at >= max(DISMISSED, rule.cooldown) for key, at in closed if key == rule.survey)


@given(st.timedeltas(timedelta(), 90 * DAY), st.integers(0, 60))
def test_asked_again_as_soon_as_the_rules_allow(since: timedelta, days: int) -> None:
    rule = Rules("a", days * DAY, 7 * DAY, 1)
    decision = decide(rule, Past({"a": NOW - since, "b": NOW - since}), 0, NOW)
    assert decision.show == (since >= max(rule.cooldown, rule.rest))
    assert (decision.because is None) == decision.show
    assert len(decision.verdicts) == 6


def test_moments_of_truth_go_first() -> None:
    asked = Past({"other": NOW - 2 * DAY})
    ordinary = rules("a", {}, moment_of_truth=False, rest=7 * DAY)
    moment = rules("a", {}, moment_of_truth=True, rest=7 * DAY)
    assert not decide(ordinary, asked, 0, NOW).show
    assert decide(moment, asked, 0, NOW).show
    assert not decide(moment, Past({"other": NOW - DAY / 2}), 0, NOW).show
    assert rules("a", {}, moment_of_truth=True, rest=timedelta()).rest == timedelta()


def test_says_why() -> None:
    rule = rules(
        "a", {"fatigue": {"cooldown_days": 30, "sample_rate": 0.5}}, moment_of_truth=False, rest=7 * DAY
    )
    berlin = NOW.astimezone(ZoneInfo("Europe/Berlin"))
    reasons = {
        decide(rule, Past({"a": NOW - 22 * DAY}), 0, berlin).because,
        decide(rule, Past({"b": NOW - DAY}), 0, berlin).because,
        decide(rule, Past({}, {"a": NOW}), 0, berlin).because,
        decide(rule, Past(never=True), 0, berlin).because,
        decide(rule, Past(), 0.75, berlin).because,
    }
    assert reasons == {
        "cooldown until 30 Nov 2026, 13:00",
        "asked by any survey until 28 Nov 2026, 13:00",
        "dismissed until 22 Dec 2026, 13:00",
        "asked not to be asked again",
        "sampling: drew 0.7500, asked are those below 0.5",
    }


def test_a_clock_that_is_ahead_counts_as_now() -> None:
    ahead = Past({"a": NOW + DAY})
    assert (
        decide(Rules("a", DAY, timedelta(), 1), ahead, 0, NOW).because == "cooldown until 23 Nov 2026, 12:00"
    )


@given(st.text(max_size=20))
def test_sampling_is_sticky_and_independent_between_surveys(who: str) -> None:
    assert 0 <= draw("a", who) < 1
    assert draw("a", who) == draw("a", who)
    assert draw("a", who) != draw("b", who)


def test_sampling_is_even() -> None:
    drawn = [draw("a", f"browser:{number}") for number in range(10_000)]
    for tenth in range(10):
        assert 850 < sum(tenth <= 10 * one < tenth + 1 for one in drawn) < 1150


def test_a_day_is_24_hours_when_the_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    asked = datetime(2026, 10, 24, 12, tzinfo=zone)
    rule = Rules("a", 2 * DAY, timedelta(), 1)
    assert not decide(rule, Past({"a": asked}), 0, datetime(2026, 10, 26, 10, 59, tzinfo=zone)).show
    assert decide(rule, Past({"a": asked}), 0, datetime(2026, 10, 26, 11, tzinfo=zone)).show
