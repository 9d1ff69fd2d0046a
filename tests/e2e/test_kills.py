"""Whatever is killed, every acknowledged answer is counted exactly once and the owner is told.

Answers come by batch, a tenth of them twice, and files by import, while each of our background processes and the
survey's web process is killed with SIGKILL five times. `make test` sends 10 000 answers in 40 s; the whole size is

    JOURNEYLOOP_E2E=full .venv/bin/pytest tests/e2e/test_kills.py -s            (50 000 answers in two minutes)

on the embedded broker, and with JOURNEYLOOP_TEST_BROKER=kafka on Apache Kafka. JOURNEYLOOP_SEED repeats a run's
chance: the answers and the moments of the kills.
"""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta

import pytest

from dev.temporary_stack import Stack
from tests.e2e import outcome
from tests.e2e.collector import Api, Item
from tests.e2e.importing import Importer
from tests.e2e.killing import VICTIMS, Killer
from tests.e2e.shop import Shop, sliced

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

SENT_TWICE = 0.1
BATCH = 250
HOURS = 40  # answers of the last 40 hours are live ones


def test_every_acknowledged_answer_counts_once_whatever_is_killed(
    stack: Stack, rng: random.Random, full_size: bool
) -> None:
    count, seconds = (50_000, 120.0) if full_size else (10_000, 40.0)
    shop = Shop("kills", Api(stack))
    shop.open()
    sent = shop.history(rng, a_day=100)
    for items in sliced(sent, 2000):
        shop.api.batch(items)
    outcome.drained(stack)
    importer = Importer(shop, random.Random(rng.random()))
    worth = {"survey-worker": importer.is_running}
    killers = [Killer(stack, name, rng, seconds, worth.get(name, lambda: True)) for name in VICTIMS]
    for thread in (importer, *killers):
        thread.start()
    sent += send(shop, rng, answers(shop, rng, count), seconds)
    for killer in killers:
        killer.finish()
    sent += importer.finish()
    print(f"{count} answers, {shop.api.retries} calls made again, {importer.files} files imported")
    outcome.drained(stack)
    outcome.recounted(stack)
    outcome.scores_equal(shop, sent)
    outcome.detectors_have_all(stack, shop, sent)
    the_owner_was_told(stack, shop)


def answers(shop: Shop, rng: random.Random, count: int) -> list[Item]:
    """Healthy ones, nine of ten to the order's survey; the last fifth holds the drop of the parcel.

    A minute of answers outnumbers any history; what is to be noticed must not meet a reference much thinner than it.
    """
    names = rng.choices(("order", "parcel", "tracking"), (18, 1, 1), k=count * 4 // 5)
    healthy = [shop.healthy(rng, name, recently(rng)) for name in names]
    return healthy + shop.drop(rng, count - len(healthy))


def recently(rng: random.Random) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=rng.randrange(HOURS * 3600))


def send(shop: Shop, rng: random.Random, items: list[Item], seconds: float) -> list[Item]:
    """Send in batches, spread over the time of the kills; each batch holds some answers of those before once more."""
    batches, began = list(sliced(items, BATCH)), time.monotonic()
    for number, batch in enumerate(batches):
        time.sleep(max(0.0, began + seconds * number / len(batches) - time.monotonic()))
        again = rng.sample(items[: number * BATCH] or batch, round(len(batch) * SENT_TWICE))
        shop.api.batch(batch + again)
    print(f"sent after {time.monotonic() - began:.0f} s")
    return items


def the_owner_was_told(stack: Stack, shop: Shop) -> None:
    """One incident; its mail came at least once, and if more than once, as the same message."""
    (incident,) = outcome.incidents(shop.api, shop)
    assert (incident["stage"], incident["state"]) == ("delivery", "open")
    mails = outcome.mails(stack, shop)
    assert mails
    assert {mail["To"] for mail in mails} == {shop.address("delivery")}
    assert len({mail["Message-ID"] for mail in mails}) == 1
    assert "down" in mails[0]["Subject"]
    print(f"the mail came {len(mails)} times")
