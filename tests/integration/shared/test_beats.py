"""What a receiver may say about how fresh it is, over a real database: never more than is true."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from services import aggregator, survey
from shared import beats, events, freshness, outbox, positions
from shared.db import Connection, connect
from shared.process import Status
from shared.settings import Settings

KEYS = ("shop/delivery", "shop/order", "fleet/repair")


@pytest.fixture
def sender(settings: Settings) -> Iterator[Connection]:
    with connect(settings, survey.SCHEMA) as conn:
        yield conn


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Connection]:
    with connect(settings, aggregator.SCHEMA) as conn:
        Status("consumer").beat(conn, {"ready": True})
        yield conn


def now(conn: Connection) -> datetime:
    row = conn.execute("SELECT clock_timestamp() AS now").fetchone()
    assert row is not None
    return row["now"]


def told(
    at: datetime, ready: bool = True, complete_to: datetime | None = None, **last: int
) -> dict[str, Any]:
    """A beat; its keys are stages of `shop`."""
    data: dict[str, Any] = {"beat_at": events.isoformat(at), "survey_web_ready": ready}
    if complete_to:
        data["complete_to"] = events.isoformat(complete_to)
    return data | {"last_sequence": {f"shop/{stage}": n for stage, n in last.items()}}


def reach(conn: Connection, key: str, sequence: int) -> None:
    with conn.transaction():
        locked = positions.lock(conn, [key])
        locked[key].last_sequence = sequence
        positions.save(conn, locked.values())


def as_of(conn: Connection) -> datetime | None:
    return freshness.judge(beats.pipe(conn)).as_of


def test_a_beat_is_proven_once_the_position_reaches_it(receiver: Connection) -> None:
    first, second = now(receiver) - timedelta(seconds=60), now(receiver)
    reach(receiver, "shop/delivery", 4)
    beats.take(receiver, [told(first, delivery=4)])
    beats.take(receiver, [told(second, delivery=9)])
    assert as_of(receiver) == first
    reach(receiver, "shop/delivery", 8)
    assert as_of(receiver) == first
    reach(receiver, "shop/delivery", 9)
    assert as_of(receiver) == second


def test_while_catching_up_the_time_moves_with_the_position(receiver: Connection) -> None:
    begun = now(receiver) - timedelta(minutes=20)
    minutes = [begun + timedelta(minutes=i) for i in range(20)]
    beats.take(receiver, [told(at, delivery=10 * i) for i, at in enumerate(minutes)])
    for reached, minute in ((0, 0), (35, 3), (190, 19)):
        reach(receiver, "shop/delivery", reached)
        assert as_of(receiver) == minutes[minute]


def test_a_stage_named_for_the_first_time_had_nothing_before(receiver: Connection) -> None:
    first, second = now(receiver) - timedelta(seconds=60), now(receiver)
    beats.take(receiver, [told(first)])
    beats.take(receiver, [told(second, delivery=3)])
    assert as_of(receiver) == first


def test_accepted_answers_that_were_not_stamped_hold_the_time_back(receiver: Connection) -> None:
    at = now(receiver)
    beats.take(receiver, [told(at, complete_to=at - timedelta(minutes=5))])
    found = freshness.judge(beats.pipe(receiver))
    assert (found.as_of, found.late) == (at - timedelta(minutes=5), True)


def test_beats_read_again_or_from_the_future_change_nothing(receiver: Connection) -> None:
    at = now(receiver)
    beats.take(receiver, [told(at, delivery=0)])
    beats.take(receiver, [told(at - timedelta(minutes=1), delivery=0, ready=False)])
    beats.take(receiver, [told(at + timedelta(hours=1), delivery=0)])
    found = freshness.judge(beats.pipe(receiver))
    assert (found.as_of, found.survey_web_ready) == (at, True)


def test_a_week_of_beats_in_one_poll_is_a_few_rows(receiver: Connection) -> None:
    end = now(receiver)
    week = [end - timedelta(minutes=i) for i in range(7 * 1440)]
    beats.take(receiver, [told(at, delivery=10_080 - i) for i, at in enumerate(week)])
    row = receiver.execute("SELECT count(*) AS n, max(complete_to) AS newest FROM heard").fetchone()
    assert row is not None
    assert row["n"] <= beats.AT_ONCE
    assert row["newest"] == end


def test_a_gap_makes_its_key_red(receiver: Connection) -> None:
    beats.take(receiver, [told(now(receiver), delivery=4, order=0)])
    with receiver.transaction():
        locked = positions.lock(receiver, ["shop/delivery"])
        assert not locked["shop/delivery"].admit(4)
        positions.save(receiver, locked.values())
    found = freshness.judge(beats.pipe(receiver))
    assert ([one.key for one in found.gaps], found.late) == (["shop/delivery"], True)


def test_a_consumer_without_a_sign_of_life_is_late_at_once(receiver: Connection) -> None:
    beats.take(receiver, [told(now(receiver))])
    assert not freshness.judge(beats.pipe(receiver)).late
    receiver.execute("UPDATE process_status SET beat_at = now() - interval '20 seconds'")
    assert freshness.judge(beats.pipe(receiver)).late


def test_a_second_consumer_that_lives_is_enough(receiver: Connection) -> None:
    beats.take(receiver, [told(now(receiver))])
    receiver.execute("UPDATE process_status SET beat_at = now() - interval '20 seconds'")
    Status("consumer", "another").beat(receiver, {"ready": True})
    assert not freshness.judge(beats.pipe(receiver)).late


@dataclass
class World:
    """A door, a relay and a receiver that work at random; knows when each answer was accepted."""

    sender: Connection
    receiver: Connection
    chance: random.Random

    def accept(self) -> None:
        key = self.chance.choice(KEYS)
        row = outbox.OutboxRow(events.RESPONSES, key, "t", {}, self.chance.random() < 0.3, now(self.sender))
        outbox.append(self.sender, [row])

    def stamp(self) -> None:
        outbox.stamp(self.sender, self.chance.randint(1, 4))

    def beat(self) -> None:
        complete_to, at = outbox.complete_to(self.sender)
        last = outbox.last_sequences(self.sender, events.RESPONSES)
        data = {"beat_at": events.isoformat(at), "complete_to": events.isoformat(complete_to)}
        beats.take(self.receiver, [data | {"last_sequence": last, "survey_web_ready": True}])

    def receive(self) -> None:
        """Some key comes some way nearer to what the relay stamped."""
        have = positions.read(self.receiver)
        for key, last in outbox.last_sequences(self.sender, events.RESPONSES).items():
            if self.chance.random() < 0.5:
                reach(self.receiver, key, self.chance.randint(have.get(key, 0), last))

    def missing_before(self, at: datetime) -> int:
        """Answers accepted before `at` that the receiver has not counted."""
        have = positions.read(self.receiver)
        rows = self.sender.execute("SELECT key, sequence FROM outbox WHERE received_at < %s", [at])
        return sum(row["sequence"] is None or row["sequence"] > have.get(row["key"], 0) for row in rows)


def test_everything_accepted_before_as_of_is_counted(sender: Connection, receiver: Connection) -> None:
    world = World(sender, receiver, random.Random(5))
    said = []
    for _ in range(600):
        world.chance.choice(
            (world.accept, world.accept, world.stamp, world.beat, world.receive, world.receive)
        )()
        moment = as_of(receiver)
        if moment is not None:
            assert world.missing_before(moment) == 0
            said.append(moment)
    assert len(set(said)) > 15, "hardly anything was said"
