"""What the incident page says of now: a silence in force, what was sent again, of when its counts are."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from psycopg.types.json import Jsonb

from dev.mail_sink import MailSink
from services.alerts.store import incidents
from shared.db import Connection
from shared.events import isoformat
from shared.settings import Settings
from tests.integration.alerts.conftest import Call, Notifier, Open, Put
from tests.integration.alerts.test_incident_page import path
from tests.integration.alerts.test_notifier import subjects, text

pytestmark = pytest.mark.usefixtures("shop", "mail_sink")


@pytest.fixture
def incident(open_incident: Open, put_owner: Put, telling: Notifier) -> str:
    put_owner("ben")
    opened = open_incident()
    telling.work(seconds=61)
    return opened


@pytest.fixture
def shown(client: FlaskClient, settings: Settings, incident: str) -> Any:
    """The page's words, without its tags."""

    def read() -> str:
        page = client.get(path(settings, incident)).text
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())

    return read


def test_a_silence_in_force_is_shown(call: Call, shown: Any) -> None:
    assert "Silenced" not in shown()
    now = datetime.now(UTC)
    period = {"from": isoformat(now - timedelta(hours=1)), "to": "2999-01-01T12:00:00+01:00"}
    call("PUT", "/v1/silences/q", json=period | {"journey": "shop", "why": "Courier <b>strike</b>"})
    assert "▬ Silenced until Tue 1 Jan 2999, 12:00 CET: Courier <b>strike</b>" in shown()


def test_what_is_sent_again_erases_nothing(
    call: Call, shown: Any, telling: Notifier, conn: Connection, incident: str, mail_sink: MailSink
) -> None:
    with conn.transaction():
        incidents.resolve(conn, incident, "the lead", "fixed", None)
    [told] = telling.rows()
    assert call("POST", f"/v1/notifications/{told['id']}/redeliver").status_code == 202
    page = shown()
    assert "Ben told by e-mail" in page
    assert "Ben is being told again by e-mail" in page
    telling.work(seconds=70)
    assert re.search(r"Ben told by e-mail .* Sent again to Ben by e-mail", shown())
    first, again = (i for i, subject in enumerate(subjects(mail_sink)) if " down " in subject)
    mails = mail_sink.messages()
    assert mails[first]["Message-ID"] == mails[again]["Message-ID"]
    assert re.search(r"lower since [^.]*\. This was resolved on ", text(mail_sink, again))
    assert "This was resolved" not in text(mail_sink, first)


def test_of_when_the_answers_are(call: Call, shown: Any, conn: Connection, incident: str) -> None:
    assert "Figures told are those of the opening." in shown()
    assert call("GET", f"/v1/incidents/{incident}").json["drop"] == 19
    counted = {"score": 41.0, "low": 40.0, "high": 42.0, "n": 17_240}
    cause = {
        "computed_at": "2026-11-22T10:04:00.000000Z",
        "before": counted,
        "since": {"score": 13.6, "low": 5.0, "high": 20.0, "n": 550},
        "by_touchpoint": [],
    }
    conn.execute("UPDATE incident SET cause = %s", [Jsonb(cause)])
    page = shown()
    assert "Figures told are those of Sun 22 Nov 2026, 11:04 CET." in page
    assert (
        "550 by Sun 22 Nov 2026, 11:04 CET, against 17,240 before 240 when it opened, against 17,240 before"
        in page
    )
    assert "Delivery NPS down 27 to 14 since" in page
    found = call("GET", "/v1/incidents").json["items"][0]
    assert (found["drop"], found["since"]["n"]) == (27, 240)
