"""Tables are emptied by hand and rebuilt while answers arrive: consumers wait, go on exactly, and nobody is told."""

from __future__ import annotations

import json
import random

import pytest

from dev import ports
from dev.temporary_stack import Stack
from tests.e2e import outcome
from tests.e2e.collector import Api
from tests.e2e.shop import Shop, sliced
from tests.e2e.visitors import visitors

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

# One statement a table: consumers lock these tables in an order of their own.
EMPTIED = {
    "alerts": ("detector CASCADE",),
    "aggregator": ("series", "bucket", "reason_bucket", "newest", "position"),
}


def test_a_rebuild_while_answers_arrive(stack: Stack, rng: random.Random) -> None:
    shop = Shop("rebuilt", Api(stack))
    shop.open()
    sent = shop.history(rng) + shop.drop(rng, 400)
    for items in sliced(sent, 1000):
        shop.api.batch(items)
    outcome.drained(stack)
    ports.wait_until(lambda: bool(outcome.mails(stack, shop)), "the mail that opens the incident")
    (incident,) = outcome.incidents(shop.api, shop)
    mails, consumers = len(outcome.mails(stack, shop)), pids(stack)
    with visitors(shop, rng) as customers:
        for receiver, tables in EMPTIED.items():
            customers.wait_for_more(20)
            with stack.connect() as conn:
                for table in tables:
                    conn.execute(f"TRUNCATE {receiver}.{table}".encode())
            customers.wait_for_more(5)
            rebuild(stack, receiver)
            customers.wait_for_more(20)
    print(f"{dict(customers.statuses)}, the slowest in {customers.slowest:.2f} s")
    assert set(customers.statuses) == {201}
    outcome.drained(stack)
    outcome.recounted(stack)
    outcome.scores_equal(shop, sent + customers.acknowledged)
    outcome.detectors_have_all(stack, shop, sent + customers.acknowledged)
    for receiver in EMPTIED:
        rebuild(stack, receiver, "--dry-run")
    assert [found["id"] for found in outcome.incidents(shop.api, shop)] == [incident["id"]]
    assert len([mail for mail in outcome.mails(stack, shop) if "down" in mail["Subject"]]) == mails
    assert pids(stack) == consumers, "they wait, and need no restart"


def rebuild(stack: Stack, receiver: str, *arguments: str) -> None:
    result = stack.cli("rebuild", receiver, "--json", *arguments)
    assert result.returncode == 0, f"{result.stdout}{result.stderr}"
    done = json.loads(result.stdout)
    print(f"{receiver} {arguments}: {done['events']} events in {done['seconds']} s")
    assert done["remarks"] == []


def pids(stack: Stack) -> list[int]:
    return [stack.pid(f"{receiver}-consumer") for receiver in EMPTIED]
