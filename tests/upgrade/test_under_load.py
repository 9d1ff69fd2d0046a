"""Expand, then contract: a release's processes go on working while today's migrations are applied under them.

They answer, stamp, count and watch; nobody is refused, and nobody waits longer for the migrations than their limit.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
import requests

from dev import ports
from dev.supervisor import SERVICES
from services.cli.rebuild import make_anew
from services.cli.recount import count
from shared import access, db, outbox, positions
from shared.events import RESPONSES
from shared.settings import Settings
from tests.conftest import schemas
from tests.processes import Processes
from tests.upgrade.old_release import OldProcesses, checked_out
from tests.upgrade.test_upgrade import administer, release, restored

__all__ = ["administer", "release", "restored"]

LONGEST_WAIT = 5.0  # a migration gives up its place in a lock's queue after 2 s; the rest is a busy machine's


@dataclass
class Sender:
    """A system that sends one answer after the other, and never again: each must be taken at once."""

    url: str
    key: str
    survey: str
    statuses: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)

    def send(self, enough: threading.Event) -> None:
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.key}"
        while not enough.wait(0.02):
            at = datetime.now(UTC).isoformat()
            item = {"survey": self.survey, "id": str(uuid.uuid4()), "score": 4, "answered_at": at}
            began = time.monotonic()
            answer = session.post(f"{self.url}/v1/responses/batch", json=[item], timeout=60)
            self.waits.append(time.monotonic() - began)
            self.statuses[answer.status_code] += 1

    def wait_for_more(self, number: int) -> None:
        wanted = self.statuses.total() + number
        ports.wait_until(lambda: self.statuses.total() >= wanted, f"{number} more answers", 120)


@contextmanager
def sending(sender: Sender) -> Iterator[None]:
    enough = threading.Event()
    thread = threading.Thread(target=sender.send, args=(enough,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


@pytest.fixture
def old(
    restored: Settings, environment: dict[str, str], release: Path, tmp_path: Path
) -> Iterator[OldProcesses]:
    """The release's own processes on its own database."""
    code = checked_out(release, tmp_path / "code")
    if code is None:
        pytest.skip(f"the history does not go back to release {release.name}")
    running = OldProcesses(environment | {"DATABASE_URL": restored.database_url}, tmp_path, code)
    running.start_all()
    yield running
    running.stop_all()


@pytest.mark.broker
def test_the_release_goes_on_while_we_migrate(old: OldProcesses, restored: Settings) -> None:
    with db.connect(restored, db.ACCESS) as conn:
        key = access.create_key(conn, "collector", "sender")
        survey = conn.execute("SELECT survey FROM survey.survey WHERE status = 'live' LIMIT 1").fetchone()
    assert survey is not None
    sender = Sender(old.url("survey"), key, survey["survey"])
    with sending(sender):
        sender.wait_for_more(20)
        before = len(sender.waits)
        began = time.monotonic()
        applied = sum(db.migrate(restored, schema) for schema in schemas())
        seconds, during = time.monotonic() - began, sender.waits[before:]
        sender.wait_for_more(20)
    print(
        f"{applied} migrations in {seconds:.1f} s, {len(during)} answers meanwhile, slowest {max(during):.2f} s"
    )
    assert applied > 20
    assert set(sender.statuses) == {200}
    assert max(sender.waits) < LONGEST_WAIT
    ports.wait_until(lambda: arrived(restored) or bool(old.ended()), "the last answer's arrival", 120)
    assert old.ended() == []
    totals = count(restored)
    assert (totals["difference"], totals["waiting"]) == (0, 0)
    assert totals["accepted"] > 300 + 40
    assert changed(restored, "aggregator") == []
    # What the release's detectors did not know of yet they learn from the log, once (docs/upgrades.md).
    assert set(changed(restored, "alerts")) <= {"detector"}
    make_anew(restored, "alerts", dry_run=False)
    assert changed(restored, "alerts") == []


def changed(settings: Settings, receiver: str) -> list[str]:
    """The tables that the log would make otherwise."""
    rebuilt = make_anew(settings, receiver, dry_run=True)
    return [name for name, table in rebuilt.tables.items() if not table.same]


def arrived(settings: Settings) -> bool:
    """Whether every answer has been stamped, and both receivers have it."""
    with db.connect(settings, schemas()[1]) as conn:
        if outbox.waiting(conn)["unstamped"]:
            return False
        given = outbox.last_sequences(conn, RESPONSES)
    for schema in schemas()[2:]:
        with db.connect(settings, schema) as conn:
            if positions.read(conn) != given:
                return False
    return True


def test_todays_processes_refuse_a_database_that_is_not_migrated(
    restored: Settings, environment: dict[str, str], tmp_path: Path
) -> None:
    processes = Processes(environment | {"DATABASE_URL": restored.database_url}, tmp_path)
    names = [(service, one) for service, all_ in SERVICES.items() for one in all_]
    try:
        for service, process in names:
            processes.start(service, process)
        for running in processes.running.values():
            assert running.wait(60) != 0
    finally:
        processes.stop_all()
    for service, process in names:
        log = processes.log(f"{service}-{process}")
        assert "SchemaOutdated" in log, log
        assert "run `journeyloop migrate`" in log


def test_a_migration_waits_for_nobody_with_a_crowd_behind_it(restored: Settings) -> None:
    """Somebody holds a table for 5 s; who wants to read it meanwhile waits 2 s at most, and the migration is done."""
    survey = schemas()[1]
    with psycopg.connect(restored.database_url) as holder, db.connect(restored, survey) as reader:
        holder.execute("SELECT count(*) FROM survey.response").fetchone()
        migrating = threading.Thread(target=db.migrate, args=(restored, survey), daemon=True)
        migrating.start()
        slowest, until = 0.0, time.monotonic() + 5
        while time.monotonic() < until:
            began = time.monotonic()
            reader.execute("SELECT survey FROM response LIMIT 1").fetchone()
            slowest = max(slowest, time.monotonic() - began)
        holder.rollback()
        migrating.join(60)
        db.require_current(reader, survey)
    assert 0.5 < slowest < LONGEST_WAIT


def test_what_holds_a_table_for_ever_is_said(restored: Settings) -> None:
    survey = schemas()[1]
    with psycopg.connect(restored.database_url) as holder:
        holder.execute("SELECT count(*) FROM survey.response").fetchone()
        with pytest.raises(psycopg.errors.LockNotAvailable):
            db.migrate(restored, survey, patience=0)
