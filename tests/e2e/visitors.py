"""Customers who answer one after the other at the public door, and try again with the same id while they must."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import requests

from dev import ports
from tests.e2e.collector import Item
from tests.e2e.shop import Shop

SURVEYS = ("order", "parcel", "tracking")
PAUSE_SECONDS = 0.08  # with two of them well below the 3 000 a minute of one address
RETRY_SECONDS = 0.5
GIVE_UP_SECONDS = 120


@dataclass
class Visitors:
    """What they got: every acknowledged answer, and how often each status came; 503 without Retry-After is 5030."""

    acknowledged: list[Item] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    errors: list[str] = field(default_factory=list)

    def wait_for_more(self, count: int, seconds: float = 60) -> None:
        """Until `count` more answers were acknowledged."""
        wanted = len(self.acknowledged) + count
        ports.wait_until(
            lambda: len(self.acknowledged) >= wanted or bool(self.errors), f"{count} more 201s", seconds
        )
        assert self.errors == []

    def visit(self, shop: Shop, rng: random.Random, enough: threading.Event) -> None:
        session = requests.Session()
        while not enough.wait(PAUSE_SECONDS):
            item = shop.healthy(rng, rng.choice(SURVEYS), datetime.now(UTC))
            try:
                self._answer(shop, session, item)
            except (requests.RequestException, TimeoutError) as error:
                self.errors.append(repr(error))
                return

    def _answer(self, shop: Shop, session: requests.Session, item: Item) -> None:
        url = f"{shop.api.stack.url('survey')}/v1/surveys/{item['survey']}/responses"
        body = {name: value for name, value in item.items() if name != "survey"}
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while True:
            began = time.monotonic()
            answer = session.post(url, json=body, timeout=30)
            self.slowest = max(self.slowest, time.monotonic() - began)
            hurt = answer.status_code == 503 and "Retry-After" not in answer.headers
            self.statuses[5030 if hurt else answer.status_code] += 1
            if answer.ok:
                self.acknowledged.append(item)
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"not acknowledged: {answer.status_code} {answer.text}")
            time.sleep(RETRY_SECONDS)


@contextmanager
def visitors(shop: Shop, rng: random.Random, count: int = 2) -> Iterator[Visitors]:
    """`count` customers at a time, until the block ends; no call of theirs may fail without an answer."""
    found, enough = Visitors(), threading.Event()
    threads = [
        threading.Thread(target=found.visit, args=(shop, random.Random(rng.random()), enough), daemon=True)
        for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        enough.set()
        for thread in threads:
            thread.join()
    assert found.errors == []
