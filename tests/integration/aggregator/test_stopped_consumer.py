"""The consumer stopped for real, over a real broker: what is said of the scores then, and once it goes on."""

from __future__ import annotations

import os
import signal

import pytest

from dev import ports
from services import aggregator
from shared import beats
from shared.db import connect
from shared.freshness import Freshness, judge
from shared.settings import Settings
from tests.integration.beating import pass_time
from tests.processes import Processes

pytestmark = pytest.mark.broker


def test_a_stopped_consumer_is_late_until_it_goes_on(settings: Settings, processes: Processes) -> None:
    processes.start("survey", "relay")
    consumer = processes.start("aggregator", "consumer")
    with connect(settings, aggregator.SCHEMA) as conn:

        def fresh() -> Freshness:
            return judge(beats.pipe(conn))

        ports.wait_until(lambda: not fresh().late, "a beat of the relay to be heard", 60)
        os.kill(consumer.pid, signal.SIGSTOP)
        pass_time(conn, 120)
        found = fresh()
        assert found.late
        assert found.behind is not None
        assert found.behind.total_seconds() >= 120
        assert "no sign of life for 2 min" in (found.why or "")
        os.kill(consumer.pid, signal.SIGCONT)
        ports.wait_until(lambda: "from the relay for 2 min" in (fresh().why or ""), "its sign of life", 30)
        # A relay beats once a minute, and when it starts.
        processes.kill("survey-relay")
        processes.start("survey", "relay")
        ports.wait_until(lambda: not fresh().late, "the next beat to be heard", 60)
