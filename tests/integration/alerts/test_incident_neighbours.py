"""The incident's page with real neighbours: cause and course of the aggregator, comments and recount of the survey
service; and what it says while they are away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.serving import make_server

from services.aggregator import app as aggregator_app
from services.survey import app as survey_app
from shared.access import create_key
from shared.db import Connection
from shared.settings import Settings
from tests.integration.alerts import test_cause_in_mail as scripted
from tests.integration.alerts.conftest import Call, Open
from tests.integration.alerts.test_incident_list import words
from tests.unit.aggregator.maps import SHOP

SURVEY = {
    "journey": "shop",
    "stage": "delivery",
    "touchpoint": "handover",
    "metric": "nps",
    "audience": "customer",
    "status": "live",
    "question": {"en": "How likely are you to recommend us?"},
    "reasons": [{"key": "late", "label": {"en": "Late"}}],
}


@contextmanager
def served(app: Flask, port: int) -> Iterator[Flask]:
    """The app on its port, in a thread."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["journeyloop"].pool.close()


@pytest.fixture
def neighbours(settings: Settings) -> Iterator[Flask]:
    """Both others; the survey service's app."""
    aggregator, survey = aggregator_app.create_app(settings), survey_app.create_app(settings)
    with served(aggregator, settings.aggregator_port), served(survey, settings.survey_port):
        yield survey


@pytest.fixture
def answered(neighbours: Flask, conn: Connection) -> None:
    """Three answers at the door; two of them say something."""
    key = create_key(conn, "admin", "setup")

    def send(method: str, path: str, body: Any) -> None:
        sent = neighbours.test_client().open(
            path, method=method, json=body, headers={"Authorization": f"Bearer {key}"}
        )
        assert sent.status_code in (200, 201), sent.text

    stages = [
        {name: value for name, value in stage.items() if name in ("key", "name", "touchpoints")}
        for stage in SHOP["stages"]
    ]
    send("PUT", "/v1/journeys/shop", {"name": "Shop", "stages": stages})
    send("PUT", "/v1/surveys/delivery-nps", SURVEY)
    for score, comment in ((2, "Two <b>hours</b> late."), (9, "Perfect."), (1, None)):
        answer = {"id": str(uuid4()), "score": score, "reasons": ["late"] if score < 5 else []}
        send("POST", "/v1/surveys/delivery-nps/responses", answer | ({"comment": comment} if comment else {}))


@pytest.mark.usefixtures("shop", "answered")
def test_with_everybody_there(call: Call, settings: Settings, open_incident: Open) -> None:
    made = scripted.answers(datetime.now(UTC))
    scripted.count(settings, made)
    path = f"/incidents/{open_incident(sequence=len(made))}"
    sent = call("GET", path)
    page = words(sent)
    assert re.search(
        r"Where the \d+ points come from .*Courier hand-over \(moment of truth\) mostly region north −\d+",
        page,
    )
    assert sent.text.count('class="fall-') >= 2
    assert re.search(r"Delivery NPS by day Before, it was \d+\. Since the onset its lowest day was", page)
    assert 'type="application/json"' in sent.text
    assert "2 · Courier hand-over" in page
    assert "Two <b>hours</b> late." in page
    assert "Perfect." not in page, "who is happy does not say why it fell"
    assert re.search(r"Recount 3 answers of .* stored, \d+ in the scores: \d+ counted too many", page)
    assert "cannot be shown" not in page
    viewer = words(call("GET", path, role="viewer"))
    assert "hours" not in viewer
    assert "Where the " in viewer


@pytest.mark.usefixtures("shop")
def test_while_they_are_away(call: Call, open_incident: Open) -> None:
    page = words(call("GET", f"/incidents/{open_incident()}"))
    for panel in (
        "The chart",
        "Where it comes from",
        "Comments",
        "Volume, channels, wording and the recount",
    ):
        assert f"{panel} cannot be shown: the service does not answer. Try again" in page, panel
    assert "Delivery NPS down 19 to 22" in page
    assert "Acknowledge" in page


@pytest.mark.usefixtures("shop")
def test_an_incident_of_employees_is_shown_no_more(call: Call, conn: Connection, open_incident: Open) -> None:
    path = f"/incidents/{open_incident()}"
    conn.execute("UPDATE incident SET audience = 'employee'")
    assert call("GET", path).status_code == 404
