"""Looking for a mark in everything a stack leaves behind: logs, topics, metrics, tables, mails."""

from __future__ import annotations

from pathlib import Path

import requests
from kafka import KafkaConsumer, TopicPartition
from psycopg import sql

from dev import mail_sink
from dev.supervisor import SERVICES
from dev.temporary_stack import Stack
from tests.e2e.privacy.marks import Mark

Found = dict[str, list[str]]
QUIET_POLLS = 3


def in_logs(stack: Stack, mark: Mark) -> Found:
    """In the log of each process, PostgreSQL's, the broker's, the mail server's and the supervisor's too."""
    return _kept({file.name: mark.found_in(file.read_bytes()) for file in _logs(stack)})


def log_names(stack: Stack) -> set[str]:
    return {file.stem for file in _logs(stack) if file.stat().st_size}


def in_topics(stack: Stack, mark: Mark) -> tuple[Found, int]:
    """In keys, values and headers of every message of every topic; and how many bytes there were."""
    found: Found = {}
    size = 0
    consumer = KafkaConsumer(
        bootstrap_servers=stack.environment["KAFKA_BOOTSTRAP_SERVERS"], enable_auto_commit=False
    )
    try:
        places = [
            TopicPartition(topic, number)
            for topic in consumer.topics()
            for number in consumer.partitions_for_topic(topic) or ()
        ]
        consumer.assign(places)
        consumer.seek_to_beginning()
        quiet = 0
        while quiet < QUIET_POLLS:
            batches = consumer.poll(timeout_ms=500, max_records=5000)
            quiet = 0 if batches else quiet + 1
            for place, records in batches.items():
                for record in records:
                    headers = b"".join(name.encode() + (value or b"") for name, value in record.headers or ())
                    whole = b"\n".join([record.key or b"", record.value or b"", headers])
                    size += len(whole)
                    found.setdefault(place.topic, []).extend(mark.found_in(whole))
    finally:
        consumer.close()
    return _kept(found), size


def in_metrics(stack: Stack, mark: Mark) -> Found:
    return _kept(
        {
            service: mark.found_in(requests.get(f"{stack.url(service)}/metrics", timeout=20).content)
            for service in SERVICES
        }
    )


def in_tables(stack: Stack, mark: Mark, schemas: set[str] | None = None) -> Found:
    """In every row of every table, `schema.table.column`; of these schemas only, where they are named."""
    found: Found = {}
    with stack.connect() as conn:
        tables = conn.execute(
            """SELECT table_schema AS s, table_name AS t, column_name AS c FROM information_schema.columns
               JOIN information_schema.tables USING (table_schema, table_name)
               WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"""
        ).fetchall()
        for row in tables:
            schema, table, column = str(row["s"]), str(row["t"]), str(row["c"])
            if schemas is not None and schema not in schemas:
                continue
            # bytea reads \x6162…: the mark's bytes are looked for in that shape too
            query = sql.SQL(
                "SELECT {column}::text AS v FROM {table} WHERE {column}::text ~* {pattern}"
            ).format(
                column=sql.Identifier(column),
                table=sql.Identifier(schema, table),
                pattern=sql.Literal(mark.traces().pattern.decode().replace("\\", "")),
            )
            values = conn.execute(query).fetchall()
            found[f"{schema}.{table}.{column}"] = [
                place for value in values for place in mark.found_in(str(value["v"]).encode())
            ]
    return _kept(found)


def in_mails(stack: Stack, mark: Mark) -> dict[str, list[str]]:
    """Whom each mail that holds the mark went to, and what it holds of it, transfer encodings undone."""
    found: Found = {}
    for mail in mail_sink.read(stack.maildir):
        decoded = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
        texts = [part for part in decoded if isinstance(part, bytes)]
        headers = "\n".join(f"{name}: {value}" for name, value in mail.items()).encode()
        found.setdefault(str(mail["To"]), []).extend(mark.found_in(b"\n".join([headers, *texts])))
    return _kept(found)


def _logs(stack: Stack) -> list[Path]:
    return sorted(file for file in (stack.root / ".run/logs").rglob("*") if file.is_file())


def _kept(found: Found) -> Found:
    return {name: places for name, places in found.items() if places}
