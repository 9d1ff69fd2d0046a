"""Topics are made by us, with our number of partitions, and never by a broker because somebody asked."""

from __future__ import annotations

import time
from typing import Any

import pytest
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from shared import broker, events
from shared.settings import Settings


@pytest.mark.broker
def test_a_consumer_without_topics_makes_none(settings: Settings) -> None:
    consumer = broker.consumer(settings, "early", (events.RESPONSES,))
    admin = KafkaAdminClient(bootstrap_servers=list(settings.kafka_bootstrap_servers))
    try:
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            consumer.poll(timeout_ms=1000)
        assert broker.topic(settings, events.RESPONSES) not in admin.list_topics()
        broker.ensure_topics(settings)
        broker.ensure_topics(settings)
        assert broker.topic(settings, events.RESPONSES) in admin.list_topics()
    finally:
        consumer.close(autocommit=False)
        admin.close()


@pytest.mark.broker
def test_topics_made_anew_are_empty_and_no_group_has_a_place_in_them(settings: Settings) -> None:
    """As a restore wants them: nothing of what was sent before is ever read, from the start or from a group's place."""
    broker.ensure_topics(settings)
    name = broker.topic(settings, events.RESPONSES)
    send(settings, name, b"before")
    assert [record.value for record in read(settings, "aggregator", 1)] == [b"before"]
    assert sorted(broker.renew_topics(settings, ["aggregator", "alerts"])) == sorted(
        broker.topic(settings, topic) for topic in broker.TOPICS
    )
    send(settings, name, b"after")
    assert [record.value for record in read(settings, "aggregator", 1)] == [b"after"]


def test_a_broker_that_is_away_is_an_error(settings: Settings) -> None:
    with pytest.raises(KafkaError):
        broker.renew_topics(settings, ["aggregator"])


def send(settings: Settings, name: str, value: bytes) -> None:
    producer = broker.producer(settings)
    try:
        producer.send(name, key=b"shop/order", value=value).get(timeout=30)
    finally:
        producer.close()


def read(settings: Settings, group: str, at_least: int) -> list[Any]:
    """What a member of the group is given until it has so many; it commits them."""
    consumer = broker.consumer(settings, group, (events.RESPONSES,))
    found: list[Any] = []
    deadline = time.monotonic() + 60
    try:
        while len(found) < at_least and time.monotonic() < deadline:
            for records in consumer.poll(timeout_ms=1000).values():
                found += records
        if settings.kafka_consumer_groups:
            consumer.commit()
    finally:
        consumer.close(autocommit=False)
    return found
