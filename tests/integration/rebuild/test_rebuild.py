"""Rebuild = live: the log and the decisions give back, bit for bit, what the consumers made of them.

`make test` takes 14 000 answers; the whole size, 200 000 answers with 30 incidents, is

    JOURNEYLOOP_E2E=full .venv/bin/pytest tests/integration/rebuild -s
"""

from __future__ import annotations

import json
from collections import Counter

from services.alerts.store import owners
from tests.integration.rebuild.conftest import Command
from tests.integration.rebuild.history import History
from tests.integration.rebuild.live import Live
from tests.integration.rebuild.tables import Held, held

WARM = 0.9


def rebuilt(command: Command, *arguments: str, code: int = 0) -> dict[str, object]:
    """What `journeyloop rebuild … --json` says; its exit code must be `code`."""
    found, output, errors = command("rebuild", *arguments, "--json")
    assert found == code, output + errors
    document = json.loads(output.splitlines()[-1])
    print({name: document[name] for name in ("receiver", "events", "decisions", "seconds")})
    assert isinstance(document, dict)
    return document


def same(document: dict[str, object]) -> bool:
    tables = document["tables"]
    assert isinstance(tables, dict)
    return all(table["same"] for table in tables.values())


def prepare(live: Live) -> None:
    """An owner, a silence over everything, and a customer's case that is overdue."""
    owners.put(live.alerts, "ana", {"name": "Ana", "email": "ana@example.com"})
    live.alerts.execute(
        """INSERT INTO silence (silence, document, starts_at, ends_at)
           VALUES ('sale', '{"why": "sale"}', '2025-05-01Z', '2025-05-09Z')"""
    )
    live.alerts.execute(
        """INSERT INTO follow_up (follow_up, revision, journey, stage, touchpoint, survey, metric, audience, state,
                                  opened_at, due_at, overdue_at)
           VALUES (gen_random_uuid(), 1, 'shop', 'order', 'basket', 'order-nps', 'nps', 'customer', 'open',
                   '2025-05-01Z', '2025-05-02Z', '2025-05-02Z')"""
    )


def test_a_rebuild_equals_what_ran_live(live: Live, last: int, history: History, command: Command) -> None:
    prepare(live)
    live.read(int(last * WARM))
    live.redrive()
    live.resolve_one()  # whatever chance let people do so far
    live.tick()
    before = held(live.alerts)
    kinds = Counter(row["kind"] for row in live.alerts.execute("SELECT kind FROM decision"))
    outcomes = Counter(row["outcome"] for row in live.alerts.execute("SELECT outcome FROM incident"))
    print(f"{live.counts}, {len(before['incident'])} incidents {outcomes}, decisions {kinds}")
    assert len(before["incident"]) >= history.incidents
    assert len(outcomes) >= history.ways_to_end
    assert {"settings", "budget", "outcome", "redriven", "wins"} <= kinds.keys()
    assert before["dead_letter"]

    assert same(rebuilt(command, "alerts", "--dry-run"))
    live.alerts.execute("TRUNCATE detector RESTART IDENTITY CASCADE")
    document = rebuilt(command, "alerts")
    assert (document["remarks"], document["moved"]) == ([], {})
    assert held(live.alerts) == before

    live.read(last)  # by the processes from before, with all that they remember
    live.tick()
    assert same(rebuilt(command, "alerts", "--dry-run")), "what came after the rebuild went another way"
    positions_are_lost(live, last, command)
    sums_are_rebuilt(live, last, command)


def positions_are_lost(live: Live, last: int, command: Command) -> None:
    """What nothing proves to have been watched is watched again, and opens nothing that was not opened then."""
    before = known(live)
    live.alerts.execute("TRUNCATE detector, position CASCADE")
    document = rebuilt(command, "alerts")
    assert document["moved"]
    assert document["remarks"] == []
    read_again(live, last)
    assert known(live) == before


def known(live: Live) -> Held:
    """All but how often answers arrive, which is no part of a detector: what is watched again has arrived again."""
    return {name: rows for name, rows in held(live.alerts).items() if name not in ("arrival", "arrival_day")}


def sums_are_rebuilt(live: Live, last: int, command: Command) -> None:
    """The aggregator's tables, once with its positions and once without, and what comes afterwards."""
    # Given by people, not by events: there is no log to bring it back.
    live.aggregator.execute(
        "INSERT INTO measure (journey, stage, measure, document) VALUES ('a', 'b', 'c', '{}')"
    )
    live.aggregator.execute("INSERT INTO measure_value VALUES ('a', 'b', 'c', '2026-01-01', 4.5)")
    before = held(live.aggregator)
    assert all(before[name] for name in ("bucket", "reason_bucket", "newest", "journey", "dead_letter"))
    assert before["measure"]
    assert before["measure_value"]
    for lost in ("series", "series, position"):
        live.aggregator.execute(f"TRUNCATE bucket, reason_bucket, newest, journey, {lost}")
        assert not same(rebuilt(command, "aggregator", "--dry-run", code=2))
        rebuilt(command, "aggregator")
        assert held(live.aggregator) == before
    read_again(live, last)
    assert held(live.aggregator) == before


def read_again(live: Live, last: int) -> None:
    """Everything comes from the broker once more."""
    live.position, live.poison = 0, 0
    live.read(last, deciding=False)
