"""Topics are made by us, with our number of partitions, and never by a broker because somebody asked."""

from __future__ import annotations

import time

import pytest
from kafka.admin import KafkaAdminClient

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
