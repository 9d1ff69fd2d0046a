"""A rebuild of what is damaged, of what cannot be rebuilt, and while the consumers run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from random import Random

import pytest

from dev import ports
from services import aggregator, alerts, survey
from services.aggregator.rebuild import rebuild as rebuild_sums
from services.alerts.rebuild import rebuild as rebuild_detectors
from shared.db import Connection, Schema, connect
from shared.replay import Rebuilt
from shared.settings import Settings
from tests.integration.rebuild.conftest import Command
from tests.integration.rebuild.history import History
from tests.integration.rebuild.live import Live
from tests.integration.rebuild.tables import held

RECEIVERS = [
    pytest.param(alerts.SCHEMA, rebuild_detectors, id="alerts"),
    pytest.param(aggregator.SCHEMA, rebuild_sums, id="aggregator"),
]
Rebuild = Callable[..., Rebuilt]


@pytest.fixture
def history(rng: Random) -> History:
    return History(rng, 1, 2000, 0, 0)


def test_a_difference_is_found_and_mended(live: Live, last: int, command: Command) -> None:
    live.read(last)
    live.tick()
    before = held(live.alerts)
    live.alerts.execute("UPDATE day_sum SET halves = halves + 1 WHERE day = (SELECT max(day) FROM day_sum)")
    damaged = held(live.alerts)
    assert command("rebuild", "alerts", "--dry-run")[0] == 2
    assert held(live.alerts) == damaged, "a dry run writes nothing"
    code, output, _ = command("rebuild", "alerts")
    assert code == 0
    assert [line.split()[0] for line in output.splitlines() if line.endswith("changed")] == ["day_sum"]
    assert held(live.alerts) == before


def test_a_process_does_not_take_a_rebuilt_detector_for_the_one_it_remembers(
    live: Live, last: int, command: Command
) -> None:
    live.poison, live.largest_poll = 0, last
    live.read(last - 2, deciding=False)
    live.alerts.execute("UPDATE detector SET state = state || '{\"watched\": 1}'")
    live.read(last - 1, deciding=False)
    live.alerts.execute("TRUNCATE detector RESTART IDENTITY CASCADE")  # the same ids once more
    assert command("rebuild", "alerts")[0] == 0
    live.read(last, deciding=False)
    assert command("rebuild", "alerts", "--dry-run")[0] == 0


@pytest.mark.parametrize("receiver", ["alerts", "aggregator"])
def test_a_log_that_lacks_an_event_rebuilds_nothing(
    live: Live, last: int, source: Connection, command: Command, receiver: str
) -> None:
    live.read(last)
    before = held(live.alerts), held(live.aggregator)
    source.execute("DELETE FROM outbox WHERE key = 'shop-0/stage-0' AND sequence = 700")
    code, _, errors = command("rebuild", receiver)
    assert code == 1
    assert errors.splitlines()[-1].endswith(
        "the log of shop-0/stage-0 lacks event 700, which was received: nothing is changed"
    )
    assert (held(live.alerts), held(live.aggregator)) == before


def test_a_dropped_schema_comes_back(live: Live, last: int, source: Connection, command: Command) -> None:
    live.poison = 0
    live.read(last)
    before = held(live.aggregator)
    live.aggregator.execute("DROP SCHEMA aggregator CASCADE")
    assert "journeyloop migrate" in command("rebuild", "aggregator")[2]
    assert command("migrate")[0] == 0
    assert command("rebuild", "aggregator")[0] == 0
    assert held(live.aggregator) == before


def test_events_the_log_holds_and_nobody_can_read_stay_skipped(
    live: Live, last: int, source: Connection, command: Command
) -> None:
    source.execute(
        "UPDATE outbox SET data = data || '{\"score\": 99}' WHERE key = 'shop-0/stage-0' AND sequence = 700"
    )
    live.read(last)
    before = held(live.aggregator)
    live.aggregator.execute("DELETE FROM dead_letter WHERE sequence = 700")
    live.aggregator.execute("TRUNCATE position")
    assert command("rebuild", "aggregator")[0] == 0
    after = held(live.aggregator)
    assert {name: after[name] for name in ("bucket", "reason_bucket", "position")} == {
        name: before[name] for name in ("bucket", "reason_bucket", "position")
    }
    assert len(after["dead_letter"]) == len(before["dead_letter"])


@pytest.mark.parametrize(("schema", "rebuild"), RECEIVERS)
def test_consumers_wait_and_go_on(
    live: Live, last: int, settings: Settings, source: Connection, schema: Schema, rebuild: Rebuild
) -> None:
    live.read(last // 2)
    consuming = threading.Thread(target=partial(live.read, last), daemon=True)

    class Held:
        """Lets the rebuild go on once a consumer waits for it."""

        def begin(self, events: int) -> None:
            consuming.start()
            ports.wait_until(lambda: waiting(source), "a consumer that waits", 30)

        def add(self, events: int) -> None:
            pass

    with connect(settings, schema) as conn, connect(settings, survey.SCHEMA) as log:
        with log.transaction(), conn.transaction():
            rebuild(conn, log, settings, Held())
        consuming.join(60)
        live.tick()
        assert live.position == last
        with log.transaction(), conn.transaction():
            again = rebuild(conn, log, settings, Silent())
    assert all(table.same for table in again.tables.values())


class Silent:
    """Nobody looks."""

    def begin(self, events: int) -> None:
        pass

    def add(self, events: int) -> None:
        pass


def waiting(conn: Connection) -> bool:
    row = conn.execute(
        """SELECT count(*) AS n FROM pg_locks
           WHERE NOT granted AND relation = ANY(ARRAY['alerts.position', 'aggregator.position']::regclass[])"""
    ).fetchone()
    return row is not None and row["n"] > 0
