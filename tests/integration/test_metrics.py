"""/metrics tells an operator's numbers right: of facts put into the database, and of nothing."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from services import aggregator, alerts, survey
from shared.db import Connection, connect
from shared.settings import Settings

# What each fact makes of a number; the label that matters, where there is one.
SURVEY = {
    "journeyloop_outbox_unstamped": 2.0,
    "journeyloop_outbox_unacknowledged": 0.0,
    "journeyloop_outbox_events_total": 0.0,
    "journeyloop_imports_waiting": 1.0,
    "journeyloop_imports_failed": 1.0,
    "journeyloop_displays_refused": 5.0,
    "journeyloop_mails_due sign-in": 1.0,
    "journeyloop_mails_due recovery": 0.0,
}
ALERTS = {
    "journeyloop_notifications_failed email": 1.0,
    "journeyloop_notifications_failed webhook": 0.0,
    "journeyloop_notifications_failing webhook": 1.0,
    "journeyloop_notifications_failing email": 0.0,
    "journeyloop_reviews_overdue": 1.0,
}
RECEIVER = {
    "journeyloop_receiver_gaps": 1.0,
    "journeyloop_receiver_behind_keys": 1.0,
    "journeyloop_receiver_behind_events": 4.0,
    "journeyloop_dead_letters kept": 2.0,
    "journeyloop_dead_letters missing": 1.0,
    "journeyloop_receiver_late": 1.0,
}


def measured(settings: Settings, service: ModuleType) -> dict[str, float]:
    app = import_module(f"{service.__name__}.app").create_app(settings)
    text = app.test_client().get("/metrics").get_data(as_text=True)
    app.extensions["journeyloop"].pool.close()
    return {
        " ".join(
            [
                one.name,
                *(value for label, value in one.labels.items() if label in ("kind", "channel", "state")),
            ]
        ): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def survey_facts(conn: Connection) -> None:
    for _ in range(2):
        conn.execute(
            """INSERT INTO outbox (topic, key, type, data, historic, received_at)
               VALUES ('survey.responses', 'shop/use', 'x', '{}', false, now() - interval '7 min')"""
        )
    for state, finished in (("queued", None), ("failed", "1 day"), ("failed", "8 days"), ("done", "1 day")):
        conn.execute(
            """INSERT INTO import (created_by, file_name, mapping, delimiter, header, header_lines, line_done, state,
                                   finished_at)
               VALUES ('a', 'b', '{}', ',', '{}', 1, 1, %s, now() - %s::interval)""",
            [state, finished],
        )
    for days, displays in ((0, 5), (3, 7)):
        conn.execute(
            """INSERT INTO blocked_origin (survey, day, origin, displays, last_at)
               VALUES ('s', current_date - %s, 'https://x.example', %s, now() - make_interval(days => %s))""",
            [days, displays, days],
        )
    for settled in (None, "now"):
        conn.execute(
            "INSERT INTO access.sign_in_link (id, email, next, settled_at) VALUES (%s, 'a@x.example', '/', %s)",
            [uuid4(), settled],
        )


def alerts_facts(conn: Connection) -> None:
    for channel, state, failures, kind, ago in (
        ("email", "failed", 10, "opened", "1 day"),
        ("email", "failed", 10, "opened", "9 days"),
        ("email", "failed", 1, "test", "1 day"),
        ("webhook", "due", 2, "opened", None),
        ("webhook", "due", 0, "opened", None),
    ):
        conn.execute(
            """INSERT INTO notification (id, kind, because, channel_kind, channel_number, state, failures, planned_at,
                                         due_at, settled_at)
               VALUES (%s, %s, 'stage', %s, 0, %s, %s, now(), now(), now() - %s::interval)""",
            [uuid4(), kind, channel, state, failures, ago],
        )
    for journey, when in (("shop", "-1 hour"), ("club", "1 hour")):
        conn.execute(
            "INSERT INTO review_schedule (journey, document, next_at) VALUES (%s, '{}', now() + %s::interval)",
            [journey, when],
        )


def receiver_facts(conn: Connection) -> None:
    conn.execute(
        """INSERT INTO position (key, last_sequence, gap_at, gap_sequence)
           VALUES ('shop/use', 3, now(), 7), ('shop/buy', 9, NULL, NULL)"""
    )
    conn.execute(
        "INSERT INTO heard VALUES ('shop/use', 3, now()), ('shop/use', 7, now()), ('shop/buy', 9, now())"
    )
    for key, sequence, offset in (("shop/use", 2, 1), (None, None, 2)):
        conn.execute(
            """INSERT INTO dead_letter (topic, partition, kafka_offset, key, sequence, reason)
               VALUES ('survey.responses', 0, %s, %s, %s, 'not JSON')""",
            [offset, key, sequence],
        )


@pytest.mark.parametrize(
    ("service", "facts", "wanted"),
    [
        (survey, survey_facts, SURVEY),
        (alerts, alerts_facts, ALERTS),
        (aggregator, receiver_facts, RECEIVER),
        (alerts, receiver_facts, RECEIVER),
    ],
)
def test_numbers_are_those_of_the_facts(
    settings: Settings, service: ModuleType, facts: object, wanted: dict[str, float]
) -> None:
    assert callable(facts)
    with connect(settings, service.SCHEMA) as conn:
        facts(conn)
    found = measured(settings, service)
    assert {name: found[name] for name in wanted} == wanted
    assert found["journeyloop_schema_bytes"] < found["journeyloop_database_bytes"]
    if service is survey:
        assert found["journeyloop_outbox_oldest_seconds"] == pytest.approx(420, abs=60)
