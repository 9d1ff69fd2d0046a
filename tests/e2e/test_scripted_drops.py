"""Scripted drops open one incident each, and each is told, whatever is killed and however the receiver fails.

Three alerts consumers (on Apache Kafka one group) and the notifier are killed with SIGKILL again and again while the
answers come; the owners' webhook fails three calls of ten. `make test` does it with 30 stages, 6 drops and 8 kills;
the whole size is

    JOURNEYLOOP_E2E=full .venv/bin/pytest tests/e2e/test_scripted_drops.py -s     (300 stages, 60 drops, 100 kills)

on the embedded broker, and with JOURNEYLOOP_TEST_BROKER=kafka on Apache Kafka. JOURNEYLOOP_SEED gives another course.
Once all is sent and killed, time moves on for messages that wait: in the short form for any, in the whole one for the
retries that are five minutes and more away; leases of what a kill cut off and the windows of merges run their time.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from dev import ports
from dev.temporary_stack import Stack
from tests.e2e import outcome
from tests.e2e.collector import Api
from tests.e2e.crew import Crew, crew
from tests.e2e.drops import Drops
from tests.e2e.shop import sliced
from tests.e2e.unreliable import TAKES, Receiver, receiving

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

BATCH = 2000
SETTLED_SECONDS = 600


def test_each_drop_opens_once_and_is_told(
    stack: Stack, rng: random.Random, full_size: bool, tmp_path: Path
) -> None:
    count, dropping, kills, patience = (300, 60, 100, 130) if full_size else (30, 6, 8, 0)
    drops = Drops(Api(stack), count, dropping, rng)
    began = time.monotonic()
    with receiving(rng) as receiver, crew(stack, tmp_path, receiver, rng) as crewing:
        drops.open({"channels": [receiver.channel]})
        for items in sliced(drops.past, BATCH):
            drops.api.batch(items)
        outcome.drained(stack)
        print(f"{count} stages with their history after {time.monotonic() - began:.0f} s")
        send_and_kill(drops, crewing, kills)
        print(f"killed {dict(crewing.kills)} after {time.monotonic() - began:.0f} s")
        ports.wait_until(lambda: not outcome.lacking(stack), "the last answer's arrival", 180)
        ports.wait_until(lambda: all_is_told(stack, patience), "the last message", SETTLED_SECONDS)
        print(f"all told after {time.monotonic() - began:.0f} s")
        outcome.recounted(stack)
        each_opened_once(drops)
        each_was_told(stack, drops, receiver)


def send_and_kill(drops: Drops, crewing: Crew, kills: int) -> None:
    """Send the live answers in as many parts as there are kills, each kill while its part is worked on."""
    items = drops.live()
    for number, part in enumerate(sliced(items, -(-len(items) // kills))):
        before = crewing.applied()
        drops.api.batch(part)
        crewing.wait_for_progress(before)
        crewing.kill(number)


def all_is_told(stack: Stack, patience: int) -> bool:
    """Whether nothing is left to tell; lets time pass for what waits longer than `patience` seconds."""
    with stack.connect() as conn:
        conn.execute(
            """WITH late AS (SELECT now() + make_interval(secs => %s) AS late), announcements AS (
                   UPDATE alerts.announcement SET try_at = now() FROM late WHERE routed_at IS NULL AND try_at > late)
               UPDATE alerts.notification SET due_at = least(due_at, now()), lease_until = least(lease_until, now())
               FROM late WHERE state = 'due' AND (due_at > late OR lease_until > late)""",
            [patience],
        )
    return outcome.untold(stack) == 0


def each_opened_once(drops: Drops) -> None:
    found = [
        (item["journey"], item["stage"])
        for journey in drops.journeys
        for item in drops.api.get("alerts", "/v1/incidents", journey=journey, limit=500)["items"]
    ]
    assert sorted(found) == sorted(drops.falling)


def each_was_told(stack: Stack, drops: Drops, receiver: Receiver) -> None:
    """Every incident reached the receiver, under one id; every attempt is in the log, with what came of it."""
    with stack.connect() as conn:
        incidents = {
            str(row["id"])
            for row in conn.execute(
                "SELECT id FROM alerts.incident WHERE journey = ANY(%s)", [drops.journeys]
            )
        }
        rows = conn.execute(
            """SELECT n.id::text, n.state, count(a.id) AS attempts, count(a.id) FILTER (WHERE a.outcome IS NULL) AS died
               FROM alerts.notification n LEFT JOIN alerts.attempt a ON a.notification_id = n.id
               WHERE n.journey = ANY(%s) GROUP BY n.id""",
            [drops.journeys],
        ).fetchall()
    assert receiver.taken == incidents
    assert all(len(told) == 1 for told in receiver.told.values()), "an id always tells the same"
    told = [incident for (each,) in receiver.told.values() for incident in each]
    assert len(told) == len(set(told)), "an incident is told under one id"
    sent = {str(row["id"]) for row in rows if row["state"] == "sent"}
    assert sent == set(receiver.calls)
    assert {row["state"] for row in rows} <= {"sent", "merged"}
    calls = [fate for each in receiver.calls.values() for fate in each]
    repeats = sum(each.count(TAKES) - 1 for each in receiver.calls.values())
    died = sum(int(str(row["died"])) for row in rows)
    failed = len(calls) - calls.count(TAKES)
    print(
        f"{len(incidents)} incidents in {len(sent)} messages; {len(calls)} calls, {failed} failed by the receiver, "
        f"{died} attempts cut off by a kill, {repeats} messages taken more than once"
    )
