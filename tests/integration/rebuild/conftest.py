"""A log, and receivers that came to its end live."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from services import survey
from services.cli import run
from shared import outbox
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.rebuild.history import History
from tests.integration.rebuild.live import Live

Command = Callable[..., tuple[int, str, str]]
Held = dict[str, list[dict[str, Any]]]

STAMPED_AT_ONCE = 5000


@pytest.fixture
def source(settings: Settings) -> Iterator[Connection]:
    with connect(settings, survey.SCHEMA) as conn:
        yield conn


@pytest.fixture
def history(rng: Random) -> History:
    """200 000 answers with JOURNEYLOOP_E2E=full, else 14 000."""
    full = os.environ.get("JOURNEYLOOP_E2E") == "full"
    return History(rng, 10, 200_000, 30, 4) if full else History(rng, 2, 14_000, 1, 1)


@pytest.fixture
def last(source: Connection, history: History) -> int:
    """The log is written and stamped; its last position."""
    for rows in history.rows():
        outbox.append(source, rows)
    while True:
        with source.transaction():
            if not outbox.stamp(source, STAMPED_AT_ONCE):
                break
    row = source.execute("SELECT last_position FROM relay").fetchone()
    assert row is not None
    return int(row["last_position"])


@pytest.fixture
def live(settings: Settings, rng: Random, history: History, source: Connection) -> Iterator[Live]:
    running = Live(settings, rng, history.places(), source, history.answers // 40)
    yield running
    running.close()


@pytest.fixture
def command(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs `journeyloop …` in this process: exit code, output, errors."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str) -> tuple[int, str, str]:
        before = capsys.readouterr()
        code = run(list(arguments))
        found = capsys.readouterr()
        print(before.out, end="")  # what the test said before stays in its report
        return code, *found

    return call
