"""Whatever is killed: no case is lost, none is two people's, an overdue one is told once, and who was helped is asked
once how it went."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dev import mail_sink, ports
from dev.temporary_stack import Stack
from tests.e2e.cases import KEY, LATE, TEAM, Desk, Grabber
from tests.e2e.collector import Api

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

VICTIMS = ("survey-web", "survey-relay", "survey-worker", "alerts-consumer", "alerts-notifier")
CUSTOMERS = 22


def test_cases_under_kills(stack: Stack, rng: random.Random) -> None:
    desk = Desk(stack, Api(stack))
    desk.open()
    emails = [desk.unhappy(), desk.unhappy()]
    for owner in TEAM:  # before anybody can take a case from under the mail
        wait_for_mail(stack, owner)
    people = [Grabber(desk, name) for name in ("one", "two")]
    for person in people:
        person.start()
    emails += working_under_kills(desk, rng, emails[0])
    ours = [person.finish() for person in people]
    arrived(stack)
    nothing_is_lost_and_nothing_is_two_peoples(desk, emails, ours)
    the_owners_are_told_once(stack)
    who_was_helped_is_asked_once(desk, emails[0])
    a_late_case_is_told_once(desk)
    forget_what_waits(stack)


def working_under_kills(desk: Desk, rng: random.Random, first: str) -> list[str]:
    """Customers answer, two people take their cases, the first one's is solved, every process is killed in turn."""
    emails, victims = [], list(VICTIMS)
    rng.shuffle(victims)
    for number in range(CUSTOMERS):
        emails.append(desk.unhappy())
        if number == 1:
            desk.change(desk.case_of(first), state="resolved", outcome="solved")
        if number % 4 == 2 and victims:
            time.sleep(rng.uniform(0, 0.3))  # anywhere in its work
            desk.stack.kill(victims.pop())
    return emails


def arrived(stack: Stack) -> None:
    """Wait until alerts has every case as it is now."""

    def same() -> bool:
        with stack.connect() as conn:
            lacking = conn.execute(
                """SELECT FROM survey.follow_up AS f LEFT JOIN alerts.follow_up AS a ON a.follow_up = f.id
                   WHERE a.revision IS DISTINCT FROM f.revision"""
            )
            return lacking.rowcount == 0

    ports.wait_until(same, "the last case's arrival", 60)


def nothing_is_lost_and_nothing_is_two_peoples(desk: Desk, emails: list[str], ours: list[set[str]]) -> None:
    cases = {case["id"]: case for case in desk.cases()}
    assert {desk.case_of(email) for email in emails} == cases.keys()
    assert ours[0] & ours[1] == set()
    solved = {id for id, case in cases.items() if case["state"] == "resolved"}
    assert ours[0] | ours[1] | solved == cases.keys()
    for person, name in zip(ours, ("one", "two"), strict=True):
        assert {cases[id]["taken_by"] for id in person} <= {name}
    owners = [case["owner"] for case in cases.values()]
    assert abs(owners.count(TEAM[0]) - owners.count(TEAM[1])) <= 1, "they take turns"
    with desk.stack.connect() as conn:
        copies = conn.execute(
            "SELECT follow_up::text AS id, owner, state FROM alerts.follow_up WHERE journey = %s", [KEY]
        )
        assert {(row["id"], row["owner"], row["state"]) for row in copies} == {
            (id, case["owner"], case["state"]) for id, case in cases.items()
        }


def the_owners_are_told_once(stack: Stack) -> None:
    with stack.connect() as conn:
        told = conn.execute(
            """SELECT facts ->> 'follow_up' AS id FROM alerts.announcement
               WHERE kind = 'follow_up_assigned' AND journey = %s""",
            [KEY],
        ).fetchall()
    ids = [row["id"] for row in told]
    assert len(ids) == len(set(ids)) > 1


def a_late_case_is_told_once(desk: Desk) -> None:
    """One of `cases-late`, whose time is over; the beats that prove it come from a relay that is killed again."""
    stack, case = desk.stack, desk.case_of(desk.unhappy("cases-mails"))
    taken = desk.api.call("POST", "survey", f"/v1/follow-ups/{case}/take", json={"owner": LATE})
    assert taken.status_code == 200, taken.text
    arrived(stack)
    with stack.connect() as conn:  # nobody waits for an hour
        conn.execute(
            "UPDATE alerts.follow_up SET due_at = now() - interval '1 minute' WHERE follow_up = %s", [case]
        )
    kill(stack, "alerts-consumer", "alerts-notifier")
    stack.kill("survey-relay")
    wait_for_mail(stack, LATE)
    kill(stack, "alerts-consumer", "survey-relay", "survey-worker")
    mails = to(stack, LATE)
    assert len(set(mails)) == 1
    assert mails[0][1].startswith("Care: a customer still waits, due since ")
    with stack.connect() as conn:
        told = conn.execute(
            "SELECT FROM alerts.announcement WHERE kind = 'follow_up_overdue' AND facts ->> 'follow_up' = %s",
            [case],
        )
        assert told.rowcount == 1


def who_was_helped_is_asked_once(desk: Desk, email: str) -> None:
    name = email.partition("@")[0]
    wait_for_mail(desk.stack, name)
    assert len(set(to(desk.stack, name))) == 1
    mailed = {str(mail["To"]) for mail in mail_sink.read(desk.stack.maildir)}
    assert mailed & set(desk.sent) == {email}, "nobody else was helped"


def kill(stack: Stack, *victims: str) -> None:
    """Several at once, and see them run again."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(stack.kill, victims))


def wait_for_mail(stack: Stack, name: str) -> None:
    ports.wait_until(lambda: bool(to(stack, name)), f"the mail to {name}", 100)


def to(stack: Stack, name: str) -> list[tuple[str, str]]:
    """(Message-ID, subject) of each mail to somebody."""
    found = [mail for mail in mail_sink.read(stack.maildir) if str(mail["To"]).startswith(f"{name}@")]
    return [(str(mail["Message-ID"]), str(mail["Subject"])) for mail in found]


def forget_what_waits(stack: Stack) -> None:
    """Mails that wait to go together: the tests that follow wait until there are none."""
    with stack.connect() as conn:
        conn.execute(
            "UPDATE alerts.notification SET state = 'withdrawn' WHERE journey = %s AND state = 'due'", [KEY]
        )
