"""Doing to a running stack what a plan says, each fault in a thread of its own; and undoing all of it."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
from kafka.errors import KafkaError

from dev import ports
from dev.temporary_stack import Stack
from shared import broker, outbox, settings
from shared.settings import Settings
from tests.chaos import copies, disk
from tests.chaos.network import Ambush, Network
from tests.chaos.plan import Fault

CLOCK_SECONDS = (-90, 900)  # how far our processes' clock may jump
SLOWEST = 0.15  # seconds a chunk may take, one way
RESENT = 3000  # events sent again at most
STRAY = 30
PATIENCE_SECONDS = 180  # a database recovers, on a busy machine
# For a process to commit something; one that does not is killed where it stands. It may have to start first.
AIM_SECONDS = 90
QUIET_SECONDS = 2  # the same once nobody answers any more


class Faults:
    """Does the faults of a plan at their moments; `done` counts them by kind."""

    def __init__(self, stack: Stack, network: Network, rng: random.Random) -> None:
        self.stack, self.network, self.rng = stack, network, rng
        self.done: Counter[str] = Counter()
        self.errors: list[str] = []
        self.is_quiet = threading.Event()
        self._one_at_a_time: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._threads: list[threading.Thread] = []

    def progress(self) -> float:
        """The share of the plan that is done."""
        return sum(not thread.is_alive() for thread in self._threads) / max(1, len(self._threads))

    def start(self, plan: list[Fault]) -> None:
        self._began = time.monotonic()
        for fault in plan:
            self._threads.append(threading.Thread(target=self._do, args=(fault,), daemon=True))
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait until all is done and undone; nobody answers any more."""
        self.is_quiet.set()
        for thread in self._threads:
            thread.join()
        self.network.heal()
        with self._administering() as conn:
            disk.fill(conn, [])
        copies.set_clock(self.stack.root, 0)

    def _do(self, fault: Fault) -> None:
        time.sleep(max(0.0, self._began + fault.at - time.monotonic()))
        action = getattr(self, f"_{fault.kind.replace(' ', '_')}")
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self._one_at_a_time[fault.victim]:
            while True:
                try:
                    action(fault)
                except (
                    psycopg.OperationalError,
                    KafkaError,
                ) as error:  # another fault was in the way of this one
                    if time.monotonic() < deadline:
                        continue
                    self.errors.append(f"{fault}: {error!r}")
                except Exception as error:  # noqa: BLE001 - told to the harness, which is another thread
                    self.errors.append(f"{fault}: {error!r}")
                else:
                    self.done[fault.kind] += 1
                return

    def _kill(self, fault: Fault) -> None:
        """SIGKILL, and wait for the next start; one that has just ended by itself is about to be started."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self.stack.kill(fault.victim)
                return
            except ProcessLookupError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    _restart = _kill

    def _ambush(self, fault: Fault) -> None:
        """SIGKILL just before a commit reaches the server, or just before the process hears that it is done."""
        with self._at_a_commit(fault) as is_there:
            self.done["kill at a commit"] += is_there
            family = self.stack.family(fault.victim)
            for pid in reversed(family):
                _signal(pid, signal.SIGKILL)
        ports.wait_until(
            lambda: not set(family) & set(now := self.stack.family(fault.victim)) and bool(now),
            f"{fault.victim}'s restart",
        )

    def _held(self, fault: Fault) -> None:
        """One commit takes long, while others that began later are done."""
        with self._at_a_commit(replace(fault, size=0.0), ends=False):
            pass

    @contextlib.contextmanager
    def _at_a_commit(self, fault: Fault, *, ends: bool = True) -> Iterator[bool]:
        """While a commit of the victim is held up; False where it did not commit anything."""
        ambush = Ambush(
            fault.victim, before=fault.size < 0.5 and not fault.statement, statement=fault.statement
        )
        self.network.lay(ambush)
        try:
            is_there = self._is_met(ambush)
            if is_there:
                time.sleep(fault.seconds)
            yield is_there
        finally:
            self.network.lift(ambush)
            ambush.release(ends=ends)

    def _is_met(self, ambush: Ambush) -> bool:
        began, quiet = time.monotonic(), 0.0
        while not ambush.there.wait(0.1):
            quiet += 0.1 if self.is_quiet.is_set() else 0.0
            if time.monotonic() - began > AIM_SECONDS or quiet > QUIET_SECONDS:
                return False
        return True

    def _freeze(self, fault: Fault) -> None:
        """A process that does nothing for a while, and knows nothing of it. A web process's workers freeze with it."""
        pids = self.stack.family(fault.victim)
        for pid in pids:
            _signal(pid, signal.SIGSTOP)
        time.sleep(fault.seconds)
        for pid in pids:
            _signal(pid, signal.SIGCONT)

    def _outage(self, fault: Fault) -> None:
        self.stack.stop(fault.victim)
        time.sleep(fault.seconds)
        self.stack.start(fault.victim)

    def _connections(self, fault: Fault) -> None:
        with self._administering() as conn:
            conn.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()"""
            )

    def _slow(self, fault: Fault) -> None:
        self.network.delay = fault.size * SLOWEST
        time.sleep(fault.seconds)
        self.network.delay = 0.0

    def _cut(self, fault: Fault) -> None:
        self.network.is_down = True
        self.network.cut()
        time.sleep(fault.seconds)
        self.network.is_down = False

    def _disk_full(self, fault: Fault) -> None:
        chosen = random.Random(fault.size)
        tables = chosen.sample(disk.TABLES, chosen.randint(1, len(disk.TABLES)))
        for full in (tables, []):
            with self._administering() as conn:
                disk.fill(conn, full)
            if full:
                time.sleep(fault.seconds)

    def _clock(self, fault: Fault) -> None:
        least, most = CLOCK_SECONDS
        copies.set_clock(self.stack.root, least + fault.size * (most - least))
        time.sleep(fault.seconds)
        copies.set_clock(self.stack.root, 0)

    def _again(self, fault: Fault) -> None:
        """The relay sends the end of the log once more: whole stretches of duplicates, in order."""
        with self._administering() as conn:
            conn.execute("SET search_path = survey")
            last = outbox.acknowledged(conn)
            outbox.rewind(conn, max(0, last - int(fault.size * RESENT)))

    def _stray(self, fault: Fault) -> None:
        """Old events come again, one here and one there, in any order."""
        chosen = settings.load(self.stack.environment)
        with self._administering() as conn:
            conn.execute("SET search_path = survey")
            last = outbox.acknowledged(conn)
            starts = [int(last * (fault.size * number / STRAY) ** 0.5) for number in range(STRAY)]
            rows = [row for start in starts for row in outbox.stamped_after(conn, start, 1)]
        random.Random(fault.at).shuffle(rows)
        _publish(chosen, rows)

    @contextlib.contextmanager
    def _administering(self) -> Iterator[psycopg.Connection[dict[str, object]]]:
        """A connection past the harness's network."""
        ports.wait_until(self._answers, "the database's return", PATIENCE_SECONDS)
        with self.stack.connect() as conn:
            yield conn

    def _answers(self) -> bool:
        """One that recovers from a kill listens, and takes nobody in yet."""
        try:
            self.stack.connect().close()
        except psycopg.OperationalError:
            return False
        return True


def _publish(chosen: Settings, rows: list[dict[str, Any]]) -> None:
    port = int(chosen.kafka_bootstrap_servers[0].rsplit(":", 1)[1])
    ports.wait_until(lambda: ports.is_listening(port), "the broker's return", PATIENCE_SECONDS)
    producer = broker.producer(chosen)
    try:
        for row in rows:
            headers = [("sequence", str(row["sequence"]).encode())]
            name = broker.topic(chosen, row["topic"])
            producer.send(name, key=row["key"].encode(), value=outbox.event(row), headers=headers)
        producer.flush(timeout=10)
    finally:
        producer.close(timeout=1)


def _signal(pid: int, how: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, how)
