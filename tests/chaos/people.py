"""Customers as the widget behaves: an answer is sent with one id until it is acknowledged, some twice, some changed.

Beside them a system that sends batches of old answers, so that what is live and what is historic come mixed.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import requests

from tests.e2e.collector import Api, Item
from tests.e2e.shop import sliced

SENT_TWICE = 0.1
BATCH = 10
CHANGED = 0.05
TIMEOUT = (2, 10)
RETRY_SECONDS = (0.1, 0.6)
GIVE_UP_SECONDS = 300
AHEAD = 0.1  # of the faults by so much of the course: what goes wrong should find somebody answering …
AHEAD_SECONDS = 2.0  # … so each person, and the system, takes so long between two answers

Progress = Callable[[], float]  # of what goes wrong, 0 to 1


class Collector(threading.Thread):
    """Sends `items` in batches spread over `seconds`, or longer as people do; each again until it is acknowledged, and
    some once more."""

    def __init__(
        self, api: Api, items: list[Item], seconds: float, rng: random.Random, progress: Progress
    ) -> None:
        super().__init__(daemon=True)
        self.progress = progress
        self.api, self.items, self.seconds, self.rng = api, items, seconds, rng
        self.acknowledged: list[Item] = []
        self.errors: list[str] = []

    def run(self) -> None:
        began, batches = time.monotonic(), list(sliced(self.items, BATCH))
        try:
            for number, batch in enumerate(batches):
                time.sleep(max(0.0, began + self.seconds * number / len(batches) - time.monotonic()))
                if number / len(batches) > self.progress() + AHEAD:
                    time.sleep(AHEAD_SECONDS)
                self.api.batch(batch)
                self.acknowledged += batch
                if self.rng.random() < SENT_TWICE:
                    self.api.batch(batch)
        except Exception as error:  # noqa: BLE001 - told to the harness, which is another thread
            self.errors.append(repr(error))


@dataclass
class People:
    """`items` in their order, each given by one of `count` people at a time, spread over `seconds`; or over longer,
    where a slow machine takes longer for what is to go wrong meanwhile.

    `acknowledged` is what the service said it has, by id; `statuses` how often each status came, 0 for no answer and
    5030 for a refusal without Retry-After.
    """

    url: str
    items: list[Item]
    seconds: float
    rng: random.Random
    progress: Progress
    count: int = 8
    acknowledged: dict[str, int] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    repeats: int = 0
    changes: int = 0
    errors: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Begin; `join` waits for the last acknowledgement."""
        self._began = time.monotonic()
        self._numbered = deque(enumerate(self.items))
        seeds = [self.rng.random() for _ in range(self.count)]
        self._threads = [threading.Thread(target=self._give, args=(seed,), daemon=True) for seed in seeds]
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _give(self, seed: float) -> None:
        rng, session = random.Random(seed), requests.Session()
        while self._numbered and not self.errors:
            try:
                number, item = self._numbered.popleft()
            except IndexError:
                return
            due = self._began + self.seconds * number / len(self.items)
            time.sleep(max(0.0, due - time.monotonic()))
            if number / len(self.items) > self.progress() + AHEAD:
                time.sleep(AHEAD_SECONDS)
            try:
                self._answer(rng, session, item)
            except Exception as error:  # noqa: BLE001 - told to the harness, which is another thread
                self.errors.append(repr(error))

    def _answer(self, rng: random.Random, session: requests.Session, item: Item) -> None:
        """Some choose another score first, and have thought better of it by the next moment."""
        changes = rng.random() < CHANGED
        first = rng.choice((5, 4)) if changes else item["score"]
        answer = {"id": item["id"], "score": first}
        path = f"{self.url}/v1/surveys/{item['survey']}/responses"
        done = self._until_taken(rng, session, path, answer)
        if changes:
            change = {"score": item["score"], "edit_token": done["edit_token"]}
            self._until_taken(rng, session, f"{self.url}/v1/responses/{item['id']}/amend", change)
            self.changes += 1
        self.acknowledged[item["id"]] = item["score"]
        if rng.random() < SENT_TWICE:
            self._until_taken(rng, session, path, answer)
            self.repeats += 1

    def _until_taken(self, rng: random.Random, session: requests.Session, url: str, body: Item) -> Item:
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while True:
            status, said = self._post(session, url, body)
            self.statuses[status] += 1
            if status in (200, 201):
                return said
            if 400 <= status < 500 and status != 429:
                raise RuntimeError(f"{url}: {status} {said}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"{url} was not taken within {GIVE_UP_SECONDS} s: {status} {said}")
            time.sleep(rng.uniform(*RETRY_SECONDS))

    def _post(self, session: requests.Session, url: str, body: Item) -> tuple[int, Item]:
        try:
            answer = session.post(url, json=body, timeout=TIMEOUT)
            said: Item = answer.json()
        except (requests.RequestException, ValueError):
            return 0, {}
        hurt = answer.status_code in (429, 503) and "Retry-After" not in answer.headers
        return (answer.status_code * 10 if hurt else answer.status_code), said


def expected(items: Iterable[Item]) -> dict[str, int]:
    """The score of each id."""
    return {item["id"]: item["score"] for item in items}
