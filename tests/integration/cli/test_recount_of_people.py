"""Whoever is erased and whatever is voided: the scores agree with the answers, live and rebuilt from the log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from services.survey import SCHEMA
from shared import outbox
from shared.db import connect
from shared.settings import Settings
from tests.integration.cli.conftest import Command
from tests.integration.rebuild.live import Live
from tests.integration.survey.conftest import Service


@pytest.fixture
def shop(settings: Settings) -> Iterator[Service]:
    with connect(settings, SCHEMA) as conn:
        running = Service(settings, conn)
        running.put_journey()
        running.put_survey()
        yield running
        running.app.extensions["journeyloop"].pool.close()


@pytest.fixture
def live(settings: Settings, shop: Service) -> Iterator[Live]:
    """The receivers of aggregator and alerts."""
    running = Live(settings, Random(1), [], shop.conn, 1000, poison=0)
    yield running
    running.close()


def read(shop: Service, live: Live) -> None:
    """All that was written reaches the receivers."""
    with shop.conn.transaction():
        outbox.stamp(shop.conn, 1000)
    (row,) = shop.rows("SELECT last_position FROM relay")
    live.read(row["last_position"], deciding=False)


def recount(command: Command) -> dict[str, Any]:
    code, out, _ = command("recount", "--json")
    found: dict[str, Any] = json.loads(out)
    assert (code, found["difference"]) == (0, 0)
    return found


def histogram(live: Live) -> list[int]:
    row = live.aggregator.execute(
        f"""SELECT {", ".join(f"sum(c{score})::int AS c{score}" for score in range(11))} FROM bucket
            JOIN series ON series.id = series WHERE segment_key = ''"""
    ).fetchone()
    assert row is not None
    return list(row.values())


def test_erased_stays_counted_and_voided_does_not(shop: Service, live: Live, command: Command) -> None:
    for score in (0, 0, 3, 9, 10):
        shop.answer(score=score, respondent=f"cust-{score}", attributes={"plan": "pro"}, comment="words")
    read(shop, live)
    assert recount(command)["counted"] == 5
    before = histogram(live)
    assert before == [2, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1]

    erased = shop.call("POST", "/v1/respondents/erase", json={"respondent": "cust-0"}).json
    assert erased["answers"] == 2
    read(shop, live)
    assert (histogram(live), recount(command)["counted"]) == (before, 5)

    for score, expected in ((0, 2), (9, 1)):  # of erased people too
        body = {"score": score, "expect": expected}
        assert shop.call("POST", "/v1/responses/void", json=body).status_code == 200
    read(shop, live)
    assert histogram(live) == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]
    assert recount(command)["accepted"] == 2
    for receiver in ("aggregator", "alerts"):
        code, out, err = command("rebuild", receiver, "--dry-run")
        assert (receiver, code, out, err) == (receiver, 0, out, err)
