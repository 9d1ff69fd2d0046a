"""A backup while answers arrive, everything dropped, a restore: what the backup had is there, the time that is lost
counts nowhere, and what was due to be sent is sent once more, with the same id.

The hazard is the lost time: its events are still in the broker, under sequences and revisions that are given again to
others. `make test` takes a small shop; JOURNEYLOOP_E2E=full one of 200 000 answers.
"""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dev import ports
from dev.temporary_stack import Stack
from tests.e2e import belongings, outcome
from tests.e2e.collector import Api, Item
from tests.e2e.shop import Shop, sliced
from tests.e2e.visitors import visitors

pytestmark = [pytest.mark.e2e, pytest.mark.broker]

SERVICES = "services:*"
SCHEMAS = "access, survey, aggregator, alerts"
A_DAY, FULL_A_DAY = 8, 1100
LOST = 60
PERSON = "somebody who asks to be forgotten"


def test_everything_is_dropped_and_restored(
    stack: Stack, rng: random.Random, full_size: bool, tmp_path: Path
) -> None:
    shop, folder = Shop("backed-up", Api(stack)), tmp_path / "backup"
    sent = a_shop_with_a_past(stack, shop, rng, FULL_A_DAY if full_size else A_DAY)
    belongings.furnish(shop)
    with belongings.nobody_sends(stack):
        sent += belongings.something_due(stack, shop, rng)
        before = belongings.inventory(shop)
        with visitors(shop, rng) as customers:
            customers.wait_for_more(10)
            made = command(stack, "backup", str(folder))
            customers.wait_for_more(10)
    due = belongings.sent_about_cases(stack, shop, 1)
    assert "exists already" in refused(stack, "backup", str(folder))
    assert "stop all processes first" in refused(stack, "restore", str(folder), "--replace").lower()
    the_time_that_is_lost(stack, shop, rng)
    told, erased = opening(stack, shop), stack.cli("erasures", "list").stdout
    stack.stop(SERVICES)
    try:
        with stack.connect() as conn:
            conn.execute(f"DROP SCHEMA {SCHEMAS} CASCADE".encode())
        (tmp_path / "erasures.jsonl").write_text(erased)
        done = restored(stack, folder, "--erasures", str(tmp_path / "erasures.jsonl"), "--check")
    finally:
        stack.start(SERVICES)
    kept = stored(stack, customers.acknowledged)
    print(f"{kept} of {len(customers.acknowledged)} answers around the backup are in it", row(made, done))
    assert 0 < kept < len(customers.acknowledged)
    assert [done[f"rebuild of {name}"]["found"] for name in ("aggregator", "alerts")] == ["as before"] * 2
    assert done["erased again"]["found"]["comments"] == 1
    assert belongings.sent_about_cases(stack, shop, 2) == due
    assert belongings.inventory(shop) == before
    new = [shop.item(rng, "order", "free", 10, now()) for _ in range(LOST)]
    shop.api.batch(customers.acknowledged + new)  # a sender has those since the backup, and sends them again
    rename(shop, "The shop, restored")
    nothing_of_the_lost_time(stack, shop, sent + customers.acknowledged + new, told)


def a_shop_with_a_past(stack: Stack, shop: Shop, rng: random.Random, a_day: int) -> list[Item]:
    """Its answers: history, a drop that opened an incident, one of a person with a comment."""
    shop.open()
    sent, drop = shop.history(rng, a_day), shop.drop(rng, 400)
    for items in sliced(sent, 5000):
        shop.api.batch(items)
    outcome.drained(stack, 900)
    shop.api.batch(drop)
    sent += drop
    sent.append(shop.item(rng, "tracking", "pro", 4, now()))
    personal = sent[-1] | {"respondent": PERSON, "comment": "Call me."}
    answer = shop.api.call(
        "POST",
        "survey",
        f"/v1/surveys/{personal.pop('survey')}/responses",
        json=personal,
    )
    assert answer.status_code == 201, answer.text
    ports.wait_until(lambda: bool(outcome.mails(stack, shop)), "the mail that opens the incident", 120)
    outcome.drained(stack)  # a mail whose sending is not recorded yet would be sent again after the restore
    return sent


def the_time_that_is_lost(stack: Stack, shop: Shop, rng: random.Random) -> None:
    """After the backup: answers, two revisions of the map, an erasure; all of it has gone through the broker."""
    shop.api.batch([shop.item(rng, "order", "free", 0, now()) for _ in range(LOST)])
    rename(shop, "A name that is lost")
    rename(shop, "Another name that is lost")
    answer = shop.api.call("POST", "survey", "/v1/respondents/erase", json={"respondent": PERSON})
    assert answer.ok, answer.text
    outcome.drained(stack)
    ports.wait_until(lambda: name_of(shop) == "Another name that is lost", "the map's arrival")


def nothing_of_the_lost_time(stack: Stack, shop: Shop, items: list[Item], told: set[str]) -> None:
    outcome.drained(stack)
    outcome.recounted(stack)
    outcome.scores_equal(shop, items)
    outcome.detectors_have_all(stack, shop, items)
    ports.wait_until(lambda: name_of(shop) == "The shop, restored", "the map's arrival")
    assert len(outcome.incidents(shop.api, shop)) == 1
    assert opening(stack, shop) == told, "nobody is told anew; again at most, with the same id"
    with stack.connect() as conn:
        query = "SELECT count(*) AS n FROM survey.response WHERE comment = 'Call me.'"
        assert conn.execute(query).fetchone() == {"n": 0}
    for receiver in ("aggregator", "alerts"):
        result = stack.cli("rebuild", receiver, "--dry-run", "--json", seconds=600)
        assert result.returncode == 0, f"{result.stdout}{result.stderr}"


def opening(stack: Stack, shop: Shop) -> set[str]:
    """The mails that say of something that it is down."""
    down = [mail for mail in outcome.mails(stack, shop) if "down" in mail["Subject"]]
    return {f"{mail['Message-ID']} {mail['Subject']}" for mail in down}


def rename(shop: Shop, name: str) -> None:
    """A new revision of the map."""
    document = shop.api.get("survey", f"/v1/journeys/{shop.key}")
    wanted = {field: document[field] for field in ("segments", "stages")} | {"name": name}
    shop.api.put("survey", f"/v1/journeys/{shop.key}", wanted)


def name_of(shop: Shop) -> str:
    return str(shop.api.get("aggregator", f"/v1/scorecards/{shop.key}", window="28d")["name"])


def now() -> datetime:
    return datetime.now(UTC)


def command(stack: Stack, *arguments: str) -> Item:
    result = stack.cli(*arguments, "--json", seconds=3600)
    assert result.returncode == 0, f"{result.stdout}{result.stderr}"
    found: Item = json.loads(result.stdout)
    return found


def refused(stack: Stack, *arguments: str) -> str:
    result = stack.cli(*arguments)
    assert result.returncode == 1, f"{result.stdout}{result.stderr}"
    return result.stderr


def stored(stack: Stack, items: list[Item]) -> int:
    """How many of these the database has."""
    with stack.connect() as conn:
        ids = [item["id"] for item in items]
        return conn.execute("SELECT FROM survey.response WHERE id = ANY(%s::uuid[])", [ids]).rowcount


def row(made: Item, done: Item) -> str:
    """What docs/backup.md's table has of it."""
    steps = ("database restored", "recount", "rebuild of aggregator", "rebuild of alerts")
    cells = [f"{made['answers']:,}", f"{made['rows']:,}", f"{made['bytes'] / 1e6:.1f}", made["seconds"]]
    cells += [done["seconds"], *(done[step]["seconds"] for step in steps)]
    return f"| {' | '.join(map(str, cells))} |"


def restored(stack: Stack, folder: Path, *arguments: str) -> Item:
    began = time.monotonic()
    done = command(stack, "restore", str(folder), *arguments)
    return done | {"seconds": round(time.monotonic() - began, 1)}
