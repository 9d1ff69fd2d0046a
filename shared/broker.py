"""Kafka as this product uses it: topics, one kind of producer, one kind of consumer.

The traps this module settles are listed in DESIGN and in `docs/adr/0003-kafka-client.md`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from uuid import UUID

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.cluster import ClusterMetadata
from kafka.errors import TopicAlreadyExistsError

from shared import events
from shared.settings import Settings

RESPONSE_PARTITIONS = 12
KNOWN_SECONDS = 10
WEEK_MS = 7 * 24 * 3600 * 1000
TOPICS = {
    events.RESPONSES: (RESPONSE_PARTITIONS, {"retention.ms": str(WEEK_MS)}),
    events.JOURNEYS: (1, {"cleanup.policy": "compact"}),
    events.FOLLOW_UPS: (1, {"cleanup.policy": "compact"}),
    events.HEARTBEAT: (1, {"retention.ms": str(WEEK_MS)}),
}

# A member that joined while the broker had no topics is given partitions only once it looks again.
METADATA_MS = 3000

# kafka-python 3.0.12 takes `allow_auto_create_topics` and does not hand it on: a client that comes before the relay
# to a broker without topics would have them made with the broker's own number of partitions.
ClusterMetadata.DEFAULT_CONFIG["allow_auto_create_topics"] = False


class WrongPartitions(Exception):
    """A topic has another number of partitions than this version keeps: order per key would be lost."""


def topic(settings: Settings, name: str) -> str:
    """The name on the broker of one of our topics."""
    return settings.topic_prefix + name


def dead_topic(name: str) -> str:
    """Where the dead letters of topic `name` go."""
    return f"{name}.dead"


def ensure_topics(settings: Settings) -> None:
    """Create the topics that do not exist yet; raise WrongPartitions where one differs from ours."""
    wanted = dict(TOPICS) | {dead_topic(name): (1, config) for name, (_, config) in TOPICS.items()}
    wanted = {topic(settings, name): how for name, how in wanted.items()}
    admin = KafkaAdminClient(bootstrap_servers=list(settings.kafka_bootstrap_servers))
    try:
        there = set(admin.list_topics())
        for name in sorted(set(wanted) - there):
            _create(admin, name, *wanted[name])
        for name, partitions in _partitions(admin, sorted(wanted)).items():
            if partitions != wanted[name][0]:
                raise WrongPartitions(f"{name} has {partitions} partitions")
    finally:
        admin.close()


def _create(admin: KafkaAdminClient, name: str, partitions: int, config: dict[str, str]) -> None:
    try:
        admin.create_topics([NewTopic(name, partitions, 1, topic_configs=config)])
    except TopicAlreadyExistsError:
        return  # another process was faster; the partitions are checked next


def _partitions(admin: KafkaAdminClient, names: list[str]) -> dict[str, int]:
    """The number of partitions of each topic; a broker may need a moment to know those of a topic just created."""
    deadline = time.monotonic() + KNOWN_SECONDS
    while True:
        found = {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics(names)}
        if all(found.values()) or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def producer(settings: Settings) -> KafkaProducer:
    """The relay's one producer: idempotent, acknowledged by all replicas, in order."""
    return KafkaProducer(
        bootstrap_servers=list(settings.kafka_bootstrap_servers),
        acks="all",
        enable_idempotence=True,
        linger_ms=5,
        batch_size=256 * 1024,
        delivery_timeout_ms=20_000,
        request_timeout_ms=10_000,
        max_block_ms=10_000,
        allow_auto_create_topics=False,
    )


def consumer(settings: Settings, group: str, names: tuple[str, ...]) -> KafkaConsumer:
    """Reads `names` from the first event kept, as a member of `group`, which commits only when told.

    Without consumer groups it reads every partition itself, always from the first event: nothing is committed, and
    positions in the database decide what is new.
    """
    reader = KafkaConsumer(
        bootstrap_servers=list(settings.kafka_bootstrap_servers),
        group_id=settings.topic_prefix + group if settings.kafka_consumer_groups else None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=settings.kafka_session_timeout_ms,
        heartbeat_interval_ms=settings.kafka_heartbeat_interval_ms,
        max_poll_records=20_000,
        fetch_max_wait_ms=100,
        metadata_max_age_ms=METADATA_MS,
        allow_auto_create_topics=False,
    )
    if settings.kafka_consumer_groups:
        reader.subscribe([topic(settings, name) for name in names])
    else:
        reader.assign(
            [TopicPartition(topic(settings, name), n) for name in names for n in range(TOPICS[name][0])]
        )
    return reader


def topic_ids(reader: KafkaConsumer, names: Iterable[str]) -> dict[str, UUID]:
    """The id the broker gave each topic when it was made, as far as the reader has heard of it by now.

    kafka-python has no public name for what it knows of the cluster.
    """
    known = {name: reader._client.cluster.topic_id(name) for name in names}
    return {name: id for name, id in known.items() if id is not None}
