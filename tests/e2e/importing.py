"""CSV files handed in one after the other, so that the import worker always has work."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta

from dev import ports
from tests.e2e.collector import Item
from tests.e2e.shop import Shop

ROWS = 3000
WORKED_OFF_SECONDS = 120
COLUMNS = {"score": "score", "id": "id", "answered_at": "at", "attributes": {"plan": "plan"}}


class Importer(threading.Thread):
    """Imports answers to the survey of the manual until told to finish."""

    def __init__(self, shop: Shop, rng: random.Random) -> None:
        super().__init__(name="importer", daemon=True)
        self.shop, self.rng = Shop(shop.key, shop.api.again()), rng
        self.imported: list[Item] = []
        self.files = 0
        self.enough = threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.enough.is_set():
                self._import(self._rows())
        except BaseException as error:  # noqa: BLE001 - told to the test, which is another thread
            self.error = error

    def finish(self) -> list[Item]:
        """Hand in no more, wait until the last file is worked off, and return every row; raises what went wrong."""
        self.enough.set()
        self.join()
        if self.error is not None:
            raise self.error
        return self.imported

    def is_running(self) -> bool:
        """Whether the worker is in the middle of a file."""
        with self.shop.api.stack.connect() as conn:
            return (
                conn.execute("SELECT FROM survey.import WHERE state = 'running' AND rows > 0").fetchone()
                is not None
            )

    def _rows(self) -> list[Item]:
        today = datetime.now(UTC)
        return [
            self.shop.healthy(self.rng, "manual", today - timedelta(seconds=self.rng.randrange(30 * 86_400)))
            for _ in range(ROWS)
        ]

    def _import(self, rows: list[Item]) -> None:
        lines = [
            f"{row['id']},{row['score']},{row['answered_at']},{row['attributes']['plan']}" for row in rows
        ]
        mapping = {"survey": self.shop.survey("manual"), "columns": COLUMNS}
        path = self.shop.api.upload("\n".join(["id,score,at,plan", *lines]) + "\n", mapping)
        ports.wait_until(lambda: self._is_done(path), f"the end of {path}", WORKED_OFF_SECONDS)
        self.imported += rows
        self.files += 1

    def _is_done(self, path: str) -> bool:
        found = self.shop.api.get("survey", path)
        assert found["state"] != "failed", found
        if found["state"] == "done":
            assert (found["rows"], found["rejected"]) == (ROWS, 0), found
        return bool(found["state"] == "done")
