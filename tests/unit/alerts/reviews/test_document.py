"""The parts of a review, from facts: each may be absent, and none tells of employees by the week."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.alerts.channels.chat import _markdown
from services.alerts.messages.review import message
from services.alerts.reviews import parts, questions, rhythm
from services.alerts.reviews.document import document
from services.alerts.reviews.facts import Facts
from tests.unit.alerts.reviews.weekly import (
    ABOUT,
    NOW,
    OWNERS,
    WEEK,
    ZONE,
    action,
    answers,
    but,
    case,
    full,
    incident,
    series,
    win,
)

GREEN = (
    "Handle time meets its target (4.2 min, at most 5 min) while customers’ NPS (22) is degraded and under its target"
    " of 40."
)


def test_a_week_with_something_of_everything_reads_like_this() -> None:
    found = document(full())
    assert found["headline"] == (
        "Shop, week 47: 1 changed beyond noise, 1 incident open, 2 follow-ups overdue, 1 win"
    )
    assert found["in_words"] == [
        "Changed beyond noise: Delivery NPS: −20, usually 40: −60 (−68 to −52), 280 answers.",
        "Incident: Delivery NPS: 19 lower, open for 5 days.",
        "2 follow-ups are overdue, the oldest by 4 days.",
        "Action: Ring the bell (Delivery): no evidence yet, +2 (−3 to +7), about 40 more days.",
        "Action: Live map (Delivery): worked, +8 (+3 to +13).",
        "Win: Returns CES is up 9 to 74 %, thanks to: Free returns (Ana).",
        GREEN,
        "Employees say 10, customers 41 (NPS, October 2026).",
        "Too few answers to tell: Returns CES (14).",
        "Nobody asks about: Order tracking (Delivery).",
    ]


def test_employees_are_never_told_by_the_week() -> None:
    """Their series is there, and clearly worse; so are an incident, a win and an action of theirs."""
    theirs = {"audience": "employee"}
    found = document(
        but(
            incidents=[],
            wins=[win(**theirs)],
            actions=[action("a", "A", "2026-11-09", None, **theirs)],
        )
    )
    assert [one["audience"] for one in found["changes"]["items"]] == ["customer"]
    assert found["changes"]["compared"] == 1
    assert (found["wins"], found["actions"]["items"]) == ([], [])
    assert "employee" not in {one["audience"] for one in found["too_few_answers"]}
    assert questions.questions(ABOUT)["series"][2]["audience"] == "customer"
    assert questions.comments(ABOUT)["comments"][2]["audience"] == "customer"


def test_what_did_not_come_is_absent_and_said_so() -> None:
    found = document(but(answers={"scorecard": answers()["scorecard"]}, failed={"series": "does not answer"}))
    assert (found["changes"], found["too_few_answers"]) == (None, None)
    assert found["failed"] == {"changes": "does not answer", "too_few_answers": "does not answer"}
    assert len(found["employees"]) == 1
    other = document(but(answers={"series": answers()["series"]}, failed={"scorecard": "refused: 500"}))
    assert (other["employees"], other["green_inside_red_outside"]) == (None, None)
    assert set(other["failed"]) == {"employees", "green_inside_red_outside"}
    assert other["changes"]["items"] != []


def test_a_week_that_has_just_begun_has_nothing_to_tell_of_its_scores() -> None:
    begun = replace(ABOUT, week=WEEK.before(-1))
    assert begun.last is None
    assert questions.questions(begun) == {}
    found = document(Facts(begun))
    assert (found["changes"], found["failed"], found["through"]) == (None, {}, None)
    tuesday = replace(begun, now=NOW + timedelta(days=2))
    assert tuesday.last == date(2026, 11, 24)
    assert questions.questions(tuesday)["series"][2]["to"] == "2026-11-24"


def test_of_an_older_week_the_end_of_the_next_counts() -> None:
    old = replace(ABOUT, now=NOW + timedelta(days=70))
    assert old.held == old.ends + timedelta(days=7)
    late = incident(id="LATER", opened_at=old.held + timedelta(days=1))
    gone = incident(id="GONE", state="resolved", closed_at=ABOUT.begins - timedelta(days=1), outcome="fixed")
    shown = parts.incidents(but(about=old, incidents=[incident(), late, gone]))
    assert [one["incident"] for one in shown] == ["7F3KAAAA"]


def test_incidents_are_by_age_and_what_is_over_comes_last() -> None:
    closed = datetime(2026, 11, 20, tzinfo=UTC)
    over = incident(id="OVER", state="resolved", onset=closed - timedelta(days=29.7), closed_at=closed)
    older = incident(id="OLD", state="acknowledged", opened_at=closed - timedelta(days=12))
    found = parts.incidents(but(incidents=[incident(), over, older]))
    assert [(one["incident"], one["days_open"]) for one in found] == [
        ("OLD", 15),
        ("7F3KAAAA", 5),
        ("OVER", 30),
    ]


def test_a_win_says_where_it_rose_to_as_it_was_told() -> None:
    told = {"since": {"score": 53.89, "n": 180}}
    (found,) = parts.wins(but(wins=[win(cause=told)]))
    assert found["score"] == 53.89
    (found,) = parts.wins(but(wins=[win(cause={"since": {"score": None}})]))
    assert found["score"] == win()["since"]["score"]


def test_what_opened_after_the_week_was_not_degraded_in_it() -> None:
    for opened, closed, said in ((-1, None, True), (1, None, False), (-3, -2, False), (-3, 1, True)):
        one = incident(opened_at=ABOUT.ends + timedelta(hours=opened))
        one["closed_at"] = None if closed is None else ABOUT.ends + timedelta(hours=closed)
        (found,) = document(but(incidents=[one]))["green_inside_red_outside"]
        assert ("degraded" in found["in_words"]) is said, (opened, closed)


def test_only_whole_healthy_weeks_are_a_past() -> None:
    """Eight weeks before: an incident's weeks are left out, and a false alarm's are not; a new normal begins anew."""
    base = but(answers={"series": {"items": [series(weeks=10)]}}, incidents=[], wins=[])
    assert document(base)["changes"]["compared"] == 1
    opened = WEEK.before(3).monday
    at = datetime.combine(opened, datetime.min.time(), ZONE) + timedelta(hours=5)
    ill = incident(
        opened_at=at, onset=at, state="resolved", closed_at=at + timedelta(days=10), outcome="fixed"
    )
    for outcome, compared in (("fixed", 0), ("false_alarm", 1), ("new_normal", 0), (None, 0)):
        changes = document(replace(base, incidents=[ill | {"outcome": outcome}]))["changes"]
        assert (changes["compared"], changes["too_new"]) == (compared, 1 - compared), outcome
    before = win(stage="delivery", metric="nps", onset=at, found_at=at + timedelta(days=9))
    assert document(replace(base, wins=[before]))["changes"]["too_new"] == 1
    now = win(stage="delivery", metric="nps", onset=at, found_at=at + timedelta(days=22))
    assert document(replace(base, wins=[now]))["changes"]["compared"] == 1, (
        "this week's own win is its change"
    )


def test_actions_of_half_a_year_the_latest_first() -> None:
    many = [action(f"a{at:02}", f"A{at}", f"2026-10-{at:02}") for at in range(1, 16)]
    others = [action("old", "Old", "2026-03-01"), action("planned", "Planned", "2026-12-01")]
    found = parts.actions(but(actions=[*others, *many]))
    assert [one["action"] for one in found["items"]][:2] == ["a15", "a14"]
    assert (len(found["items"]), found["more"]) == (12, 3)
    assert found["items"][0]["verdict"] is None


def test_follow_ups_name_nobody() -> None:
    found = parts.follow_ups(but(follow_ups=[case(at) for at in range(12, 0, -1)]))
    assert (found["overdue"], len(found["items"])) == (12, 10)
    assert set(found["items"][0]) == {
        "follow_up", "stage", "stage_name", "owner", "owner_name", "due_at", "days_overdue",
    }  # fmt: skip


def decided(**changed: Any) -> dict[str, Any]:
    return {
        "id": UUID(int=1), "week": WEEK.before(1).monday, "text": "Call", "owner": "ben", "due_on": date(2026, 11, 20),
        "decided_at": NOW, "decided_by": "Ana", "done_at": None, "done_by": None,
    } | changed  # fmt: skip


def test_decisions_say_what_is_late() -> None:
    found = parts.decisions(ABOUT, [decided(), decided(week=WEEK.monday, done_at=NOW)], OWNERS)
    assert [one["overdue"] for one in (*found["earlier"], *found["taken"])] == [True, False]
    assert found["earlier"][0]["owner_name"] == "Ben"


def test_the_mail_says_the_same_without_a_customers_words() -> None:
    made = document(full()) | {"decisions": parts.decisions(ABOUT, [decided()], OWNERS)}
    mail = message(made, "Ana", "review", "http://x/reviews/shop?week=2026-W47", "2026-11-23T08:00:00Z")
    assert mail.subject == made["headline"]
    assert "down" not in mail.subject
    assert all(sentence in mail.text for sentence in made["in_words"])
    assert "Decided earlier, not done: Call (Ben), due 20 Nov 2026." in mail.text
    assert "at most one in ten lists anything" in mail.text
    assert mail.chat.splitlines()[0] == mail.subject
    assert mail.payload["data"]["review"]["week"] == "2026-W47"
    assert _markdown(mail.chat.splitlines()[-1]).startswith("[Open the review](http://x/reviews/shop")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-23T07:59:00+00:00", "2026-11-23T08:00:00+00:00"),
        ("2026-11-23T08:00:00+00:00", "2026-11-30T08:00:00+00:00"),
        ("2026-03-25T12:00:00+00:00", "2026-03-30T07:00:00+00:00"),
    ],
)
def test_it_is_due_at_its_hour_of_report_tz(now: str, expected: str) -> None:
    plan = {"weekday": "monday", "hour": 9}
    found = rhythm.next_at(plan, datetime.fromisoformat(now), ZoneInfo("Europe/Berlin"))
    assert found == datetime.fromisoformat(expected)
