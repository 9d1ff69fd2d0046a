"""Broker or database are away for a while: nothing acknowledged is lost, nobody is alarmed, nobody restarts anything.

`make test` takes the broker away for 12 s and the database for 8 s; JOURNEYLOOP_E2E=full takes both away for a minute.
The embedded broker forgets everything; what starts it has the log sent again (dev/serve.py), in this stack as in any.
Killed, both are there again within seconds.
"""

from __future__ import annotations

import random
import time

import pytest

from dev.temporary_stack import Stack
from tests.e2e import outcome
from tests.e2e.collector import Api, Item
from tests.e2e.shop import Shop, sliced
from tests.e2e.visitors import visitors

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

FULL_SECONDS = 60


def opened(stack: Stack, key: str, rng: random.Random) -> tuple[Shop, list[Item]]:
    """A shop with its history counted by everyone, and the history."""
    shop = Shop(key, Api(stack))
    shop.open()
    history = shop.history(rng)
    for items in sliced(history, 2000):
        shop.api.batch(items)
    outcome.drained(stack)
    return shop, history


def take_away(stack: Stack, name: str, seconds: float) -> None:
    stack.stop(name)
    time.sleep(seconds)  # the outage itself
    stack.start(name)


def everything_is_there(stack: Stack, shop: Shop, sent: list[Item]) -> None:
    outcome.drained(stack)
    outcome.recounted(stack)
    outcome.scores_equal(shop, sent)
    outcome.detectors_have_all(stack, shop, sent)
    assert outcome.incidents(shop.api, shop) == []
    assert outcome.mails(stack, shop) == []


def test_the_broker_is_away(stack: Stack, rng: random.Random, full_size: bool) -> None:
    shop, sent = opened(stack, "no-broker", rng)
    web = stack.pid("survey-web")
    with visitors(shop, rng) as customers:
        customers.wait_for_more(50)
        take_away(stack, "broker", FULL_SECONDS if full_size else 12)
        customers.wait_for_more(50)
    print(f"{dict(customers.statuses)}, the slowest in {customers.slowest:.2f} s")
    assert set(customers.statuses) == {201}
    assert stack.pid("survey-web") == web
    everything_is_there(stack, shop, sent + customers.acknowledged)


def test_the_database_is_away(stack: Stack, rng: random.Random, full_size: bool) -> None:
    shop, sent = opened(stack, "no-database", rng)
    with visitors(shop, rng) as customers:
        customers.wait_for_more(50)
        take_away(stack, "postgres", FULL_SECONDS if full_size else 8)
        customers.wait_for_more(50)
    print(f"{dict(customers.statuses)}, the slowest in {customers.slowest:.2f} s")
    assert {201, 503} <= set(customers.statuses) <= {200, 201, 503}
    everything_is_there(stack, shop, sent + customers.acknowledged)


def test_broker_and_database_are_killed(stack: Stack, rng: random.Random) -> None:
    shop, sent = opened(stack, "crashes", rng)
    with visitors(shop, rng) as customers:
        for name in ("broker", "postgres", "broker"):
            customers.wait_for_more(25)
            stack.kill(name)
        customers.wait_for_more(25)
    print(f"{dict(customers.statuses)}, the slowest in {customers.slowest:.2f} s")
    assert set(customers.statuses) <= {200, 201, 503}
    everything_is_there(stack, shop, sent + customers.acknowledged)
