"""Mail, page and JSON say whether the asking moved: a real survey service behind the notifier."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from dev.mail_sink import MailSink
from services.alerts import links
from services.survey.app import create_app
from shared import outbox
from shared.access import create_key
from shared.db import Connection
from shared.settings import Settings
from tests.integration.alerts.conftest import Call, Notifier, Open, Put
from tests.integration.survey.conftest import JOURNEY, SURVEY

APP = r"app \d+ % → \d+ % \(beyond noise\)"

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def survey_web(settings: Settings) -> Iterator[FlaskClient]:
    app = create_app(settings)
    server = make_server("127.0.0.1", settings.survey_port, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app.test_client()
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["journeyloop"].pool.close()


def answer(survey_web: FlaskClient, conn: Connection) -> None:
    """Two months with a fifth of the answers from the app; in the last three days half of them, and new words."""
    headers = {"Authorization": f"Bearer {create_key(conn, 'admin', 'test')}"}
    random, now, items = Random(3), datetime.now(UTC), []
    for day in range(90, -1, -1):
        for n in range(30):
            channel = "app" if random.random() < (0.5 if day < 4 else 0.2) else "link"
            at = (now - timedelta(days=day, minutes=n)).isoformat()
            id_ = str(UUID(int=random.getrandbits(128), version=4))
            items.append(
                {"survey": "delivery-nps", "id": id_, "score": 9, "channel": channel, "answered_at": at}
            )
    for method, path, body in (
        ("PUT", "/v1/journeys/shop", JOURNEY),
        ("PUT", "/v1/surveys/delivery-nps", SURVEY),
        ("POST", "/v1/responses/batch", items),
        (
            "PUT",
            "/v1/surveys/delivery-nps",
            SURVEY | {"question": {"en": "Would you do it again?"}, "labels": {}},
        ),
    ):
        said = survey_web.open(path, method=method, json=body, headers=headers)
        assert said.status_code in (200, 201), said.text
    conn.execute("SET search_path = survey")
    outbox.stamp(conn, 5000)
    conn.execute("SET search_path = alerts")


def told(mail: Any, kind: str = "plain") -> str:
    return str(mail.get_body((kind,)).get_content())


def test_what_moved_is_in_mail_page_and_json(
    settings: Settings,
    conn: Connection,
    client: FlaskClient,
    call: Call,
    survey_web: FlaskClient,
    telling: Notifier,
    put_owner: Put,
    open_incident: Open,
    mail_sink: MailSink,
) -> None:
    put_owner("ben")
    answer(survey_web, conn)
    incident = open_incident()
    telling.work(seconds=61)
    [mail] = mail_sink.messages()
    [line] = [line for line in told(mail).splitlines() if line.startswith("Measurement: ")]
    assert re.fullmatch(
        r"Measurement: app answers (1|2)\d % → (4|5)\d %; the question's wording changed on \d+ \w+( \d{4})? "
        r"\(delivery-nps\); volume unchanged\.",
        line,
    ), line
    assert line.partition(";")[0] in told(mail, "html")
    found = call("GET", f"/v1/incidents/{incident}", role="viewer").json["measurement"]
    assert {one["channel"]: one["moved"] for one in found["channels"]} == {"app": True, "link": True}
    assert (found["volume"]["moved"], found["response_rate"]) == (False, {"before": None, "since": None})
    page = client.get(links.incident_link(settings, incident).removeprefix(settings.alerts_url)).text
    assert "Is it true?" in page
    assert re.search(APP, page)
    assert "(delivery-nps)" in page


def test_without_the_survey_service_the_message_goes_and_the_page_asks_again(
    settings: Settings,
    conn: Connection,
    client: FlaskClient,
    telling: Notifier,
    put_owner: Put,
    open_incident: Open,
    mail_sink: MailSink,
    request: pytest.FixtureRequest,
) -> None:
    put_owner("ben")
    incident = open_incident()
    telling.work(seconds=61)
    [mail] = mail_sink.messages()
    assert "Measurement" not in told(mail)
    path = links.incident_link(settings, incident).removeprefix(settings.alerts_url)
    assert "The survey service could not be asked." in client.get(path).text
    answer(request.getfixturevalue("survey_web"), conn)
    assert re.search(APP, client.get(path).text)
    row = conn.execute("SELECT measurement FROM incident").fetchone()
    assert row is not None
    assert row["measurement"]["channels"][0]["moved"]
