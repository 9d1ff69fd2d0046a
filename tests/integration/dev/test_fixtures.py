"""The test fixtures themselves: what every other test leans on."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

import pytest
from kafka.admin import KafkaAdminClient, NewTopic

from dev.mail_sink import MailSink
from shared import db
from shared.settings import Settings


def test_a_database_of_its_own_has_the_access_schema(settings: Settings) -> None:
    with db.connect(settings, db.ACCESS) as conn:
        db.require_current(conn, db.ACCESS)
        conn.execute("CREATE TABLE mine ()")


def test_another_test_sees_nothing_of_it(settings: Settings) -> None:
    with db.connect(settings, db.ACCESS) as conn:
        assert conn.execute("SELECT to_regclass('access.mine') AS mine").fetchone() == {"mine": None}


def test_mails_arrive_in_the_maildir(mail_sink: MailSink, settings: Settings) -> None:
    assert settings.smtp_url == mail_sink.url
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.com", "ana@example.com", "down"
    with smtplib.SMTP("127.0.0.1", mail_sink.port) as smtp:
        smtp.send_message(mail)
    assert [message["Subject"] for message in mail_sink.messages()] == ["down"]


@pytest.mark.broker
def test_a_broker_answers(settings: Settings) -> None:
    admin = KafkaAdminClient(bootstrap_servers=list(settings.kafka_bootstrap_servers))
    try:
        admin.create_topics([NewTopic(f"{settings.topic_prefix}one", 1, 1)])
        assert f"{settings.topic_prefix}one" in admin.list_topics()
    finally:
        admin.close()
