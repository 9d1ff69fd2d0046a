"""A system that sends answers as a real one does: again, with the same ids, until they are acknowledged."""

from __future__ import annotations

import time
from typing import Any

import orjson
import requests

from dev.temporary_stack import Stack

GIVE_UP_SECONDS = 300  # a harsh course on a busy machine: the database recovers, all start again, and so on
WAIT_SECONDS = 0.3

Item = dict[str, Any]


class Api:
    """The three services of a stack, as the admin of it calls them. Every call is retried while nobody answers."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {stack.environment['ADMIN_KEY']}"
        self.retries = 0

    def again(self) -> Api:
        """Another of these for another thread."""
        return Api(self.stack)

    def call(self, method: str, service: str, path: str, **options: Any) -> requests.Response:
        """The first answer that is not a refusal to work (503, no connection, half an answer)."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while True:
            try:
                answer = self.session.request(
                    method, self.stack.url(service) + path, timeout=(2, 30), **options
                )
                if answer.status_code != 503:
                    return answer
                what = answer.text
            except requests.RequestException as error:
                what = repr(error)
            assert time.monotonic() < deadline, (
                f"{method} {path} was not answered for {GIVE_UP_SECONDS} s: {what}"
            )
            self.retries += 1
            time.sleep(WAIT_SECONDS)

    def get(self, service: str, path: str, **query: Any) -> Any:
        return self._good(self.call("GET", service, path, params=query))

    def put(self, service: str, path: str, document: Item) -> Any:
        return self._good(self.call("PUT", service, path, json=document))

    def post(self, service: str, path: str, document: Item | list[Item]) -> Any:
        return self._good(self.call("POST", service, path, json=document))

    def batch(self, items: list[Item]) -> None:
        """Send a batch until it is acknowledged; nothing in it may be refused."""
        done = self._good(self.call("POST", "survey", "/v1/responses/batch", json=items))
        assert done["rejected"] == []
        assert done["accepted"] + done["duplicates"] == len(items)

    def upload(self, csv: str, mapping: Item) -> str:
        """Hand in a CSV file; the path under which the import is shown."""
        files = {"file": ("answers.csv", csv.encode(), "text/csv"), "mapping": (None, orjson.dumps(mapping))}
        answer = self.call("POST", "survey", "/v1/imports", files=files)
        assert answer.status_code == 202, answer.text
        return answer.headers["Location"]

    def scores(self, by: str, **query: Any) -> dict[tuple[str, str], list[int]]:
        """Histograms over the last 90 days by (stage or survey or segment value, metric)."""
        found = self.get("aggregator", "/v1/scores", by=by, window="90d", **query)["items"]
        return {(_name(item["scope"], by), item["metric"]): item["histogram"] for item in found}

    def _good(self, answer: requests.Response) -> Any:
        assert answer.ok, f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}"
        return answer.json()


def _name(scope: Item, by: str) -> str:
    return str(next(iter(scope["segment"].values())) if by.startswith("segment:") else scope[by])
