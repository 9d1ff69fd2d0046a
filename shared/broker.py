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
from kafka.errors import KafkaError, TopicAlreadyExistsError

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

# A reader asks for news of the cluster every 3 s: without an answer for so long the broker is away.
SILENT_SECONDS = 10.0

# kafka-python waits longer and longer between two tries to connect, up to 30 s: so long nobody would notice that the
# broker is back, and a process that waits gives no sign of life.
_PATIENCE = {"bootstrap_timeout_ms": 8_000, "reconnect_backoff_max_ms": 1_000}

# kafka-python 3.0.12 takes `allow_auto_create_topics` and does not hand it on: a client that comes before the relay
# to a broker without topics would have them made with the broker's own number of partitions.
ClusterMetadata.DEFAULT_CONFIG["allow_auto_create_topics"] = False


class WrongPartitions(Exception):
    """A topic has another number of partitions than this version keeps: order per key would be lost."""


class TopicsRemain(Exception):
    """The broker does not delete our topics."""


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
    admin = KafkaAdminClient(bootstrap_servers=list(settings.kafka_bootstrap_servers), **_PATIENCE)
    try:
        there = set(admin.list_topics())
        for name in sorted(set(wanted) - there):
            _create(admin, name, *wanted[name])
        for name, partitions in _partitions(admin, sorted(wanted)).items():
            if partitions != wanted[name][0]:
                raise WrongPartitions(f"{name} has {partitions} partitions")
    finally:
        admin.close()


def renew_topics(settings: Settings, groups: Iterable[str]) -> list[str]:
    """Delete our topics with every event in them, and the places of `groups` in them; make them anew.

    The dead letters' topics stay: nothing of ours reads them. The names of those that were deleted. Raises
    TopicsRemain, and KafkaError where the broker does not answer.
    """
    admin = KafkaAdminClient(bootstrap_servers=list(settings.kafka_bootstrap_servers), **_PATIENCE)
    try:
        there = sorted({topic(settings, name) for name in TOPICS} & set(admin.list_topics()))
        _forget_groups(admin, {settings.topic_prefix + group for group in groups}, settings)
        if there:
            _delete(admin, there)
    finally:
        admin.close()
    ensure_topics(settings)
    return there


def _delete(admin: KafkaAdminClient, names: list[str]) -> None:
    try:
        admin.delete_topics(names)
    except KafkaError as error:
        raise TopicsRemain(f"{', '.join(names)}: {error}") from error
    deadline = time.monotonic() + KNOWN_SECONDS
    while left := sorted(set(names) & set(admin.list_topics())):
        if time.monotonic() > deadline:
            raise TopicsRemain(", ".join(left))
        time.sleep(0.1)


def _forget_groups(admin: KafkaAdminClient, names: set[str], settings: Settings) -> None:
    """Delete the groups that there are; a member that was killed is one until its session is over."""
    if not settings.kafka_consumer_groups:
        return
    deadline = time.monotonic() + settings.kafka_session_timeout_ms / 1000 + KNOWN_SECONDS
    while left := sorted(names & {group["group_id"] for group in admin.list_groups()}):
        outcome = {name: told for name, told in admin.delete_groups(left).items() if told != "OK"}
        if outcome and time.monotonic() > deadline:
            raise TopicsRemain(f"the broker keeps the consumer groups {outcome}: does a consumer run?")
        time.sleep(0.2 if outcome else 0)


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
        **_PATIENCE,
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
        **_PATIENCE,
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


def silent_seconds(reader: KafkaConsumer) -> float:
    """How long ago the broker last answered a reader that polls (since the start of the machine: never)."""
    heard_at: float = reader._client.cluster._last_successful_refresh_ms / 1000
    return time.monotonic() - heard_at
