"""Makes the upgrade fixture of this version: `.venv/bin/python -m tests.upgrade.make`.

A temporary embedded stack lives through a little of everything: a journey with three stages, owners, some hundred
answers (public, by batch, from a CSV file), amendments, an incident with its mail, a note. What is left of it goes to
`tests/upgrade/<version>/`: `database.sql.gz` (plain SQL of pg_dump, for psql), `events.jsonl.gz` (every message of the
topics, in order: topic, partition, offset, key, headers, value) and `commit` (whose code made them, so that its
processes can run beside today's). Run it once a release and never change what an earlier release left: it is what its
users have.
"""

from __future__ import annotations

import gzip
import random
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from kafka import KafkaConsumer, TopicPartition

from dev import ports, postgres, temporary_stack
from dev.temporary_stack import Stack
from shared import events
from tests.e2e import outcome
from tests.e2e.collector import Api, Item
from tests.e2e.importing import COLUMNS
from tests.e2e.shop import Shop

FOLDER = Path(__file__).parent
TOPICS = (events.RESPONSES, events.JOURNEYS, events.HEARTBEAT)
SEED = 2026
AMENDED = 12
OTHERS = 0.15  # of the history of the stages that stay healthy
# What a restored installation does not need, and names of the machine that made it.
LEFT_OUT = ("*.process_status", "*._yoyo_log", "*.yoyo_lock", "access.api_key")


def main() -> None:
    """Make the fixture of the installed version, in place of what is there."""
    folder = FOLDER / version("journeyloop")
    folder.mkdir(exist_ok=True)
    with temporary_stack.temporary("embedded", {"REPORT_TZ": "Europe/Berlin"}) as stack:
        shop = Shop("shop", Api(stack))
        live_through(stack, shop, random.Random(SEED))
        stack.stop("services:*")
        write(folder / "database.sql.gz", dump(stack))
        write(folder / "events.jsonl.gz", b"".join(messages(stack)))
    (folder / "commit").write_bytes(subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=FOLDER))
    for file in sorted(folder.iterdir()):
        print(f"{file.relative_to(FOLDER.parents[1])}: {file.stat().st_size:,} bytes")


def write(file: Path, content: bytes) -> None:
    file.write_bytes(gzip.compress(content, mtime=0))


def live_through(stack: Stack, shop: Shop, rng: random.Random) -> None:
    """A little of everything that leaves a trace."""
    shop.open()
    delivery = {shop.survey("parcel"), shop.survey("tracking")}
    shop.api.batch(
        [item for item in shop.history(rng, a_day=8) if item["survey"] in delivery or rng.random() < OTHERS]
    )
    outcome.drained(stack)
    import_file(stack, shop, rng)
    for number in range(AMENDED):
        answer_and_amend(shop, shop.healthy(rng, ("order", "tracking")[number % 2], datetime.now(UTC)))
    outcome.drained(stack)
    shop.api.batch(shop.drop(rng, 300))
    outcome.drained(stack)
    (incident,) = outcome.incidents(shop.api, shop)
    assert len(outcome.mails(stack, shop)) == 1
    note = shop.api.call(
        "POST", "alerts", f"/v1/incidents/{incident['id']}/note", json={"note": "Asked the carrier."}
    )
    assert note.ok, note.text
    outcome.recounted(stack)


def import_file(stack: Stack, shop: Shop, rng: random.Random) -> None:
    """Thirty good rows and one that is refused."""
    today = datetime.now(UTC)
    rows = [shop.healthy(rng, "manual", today - timedelta(days=number + 5)) for number in range(30)]
    lines = [f"{row['id']},{row['score']},{row['answered_at']},{row['attributes']['plan']}" for row in rows]
    text = "\n".join(["id,score,at,plan", *lines, f",99,{today.isoformat()},pro"]) + "\n"
    path = shop.api.upload(text, {"survey": shop.survey("manual"), "columns": COLUMNS})
    ports.wait_until(lambda: shop.api.get("survey", path)["state"] == "done", "the import's end")
    done = shop.api.get("survey", path)
    assert (done["accepted"], done["rejected"]) == (30, 1), done


def answer_and_amend(shop: Shop, item: Item) -> None:
    """A public answer with a comment, and the second thought of the one who gave it."""
    body = {name: value for name, value in item.items() if name != "survey"}
    body |= {"comment": "As always.", "respondent": f"customer-{item['id'][:4]}"}
    answer = shop.api.call("POST", "survey", f"/v1/surveys/{item['survey']}/responses", json=body)
    assert answer.status_code == 201, answer.text
    change = {"score": 5, "comment": "On second thought.", "edit_token": answer.json()["edit_token"]}
    amended = shop.api.call("PATCH", "survey", f"/v1/responses/{item['id']}", json=change)
    assert amended.ok, amended.text


def dump(stack: Stack) -> bytes:
    """Every schema and its rows as SQL."""
    without = [f"--exclude-table-data={name}" for name in LEFT_OUT]
    command = [str(postgres.client("pg_dump")), "--no-owner", "--no-privileges", *without]
    address = f"--dbname={stack.environment['DATABASE_URL']}"
    return subprocess.run([*command, address], capture_output=True, check=True).stdout


def messages(stack: Stack) -> Iterator[bytes]:
    """Every message in the broker, a JSON object a line, by topic, partition and offset."""
    consumer = KafkaConsumer(bootstrap_servers=stack.environment["KAFKA_BOOTSTRAP_SERVERS"], group_id=None)
    with stack.connect() as conn:
        rows = conn.execute("SELECT topic, count(*) AS sent FROM survey.outbox GROUP BY topic").fetchall()
    wanted = {str(row["topic"]): int(str(row["sent"])) for row in rows}
    try:
        for topic in TOPICS:
            found = read_topic(consumer, topic, wanted.get(topic, 1))
            yield from sorted(
                found, key=lambda line: (orjson.loads(line)["partition"], orjson.loads(line)["offset"])
            )
    finally:
        consumer.close()


def read_topic(consumer: KafkaConsumer, topic: str, at_least: int) -> list[bytes]:
    """All of it: `at_least` so many and whatever else comes with the poll that brings the last of them."""
    partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    found: list[bytes] = []
    while len(found) < at_least:
        polled = consumer.poll(timeout_ms=1000)
        found += [line(record) for records in polled.values() for record in records]
    return found


def line(record: Any) -> bytes:
    fields = {name: getattr(record, name) for name in ("topic", "partition", "offset")}
    headers = [[name, content.decode()] for name, content in record.headers]
    key = record.key.decode() if record.key else None
    fields |= {"key": key, "headers": headers, "value": record.value.decode()}
    return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    main()
