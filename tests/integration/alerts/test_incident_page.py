"""The incident page by its signed link: read-only, for one incident, for seven days."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from services.alerts import links
from services.alerts.store import incidents
from shared.db import Connection
from shared.settings import Settings
from tests.integration.alerts.conftest import Notifier, Open, Put

pytestmark = pytest.mark.usefixtures("shop", "mail_sink")


def path(settings: Settings, incident: str) -> str:
    return links.incident_link(settings, incident).removeprefix(settings.alerts_url)


@pytest.fixture
def incident(open_incident: Open, put_owner: Put, telling: Notifier) -> str:
    put_owner("ben")
    opened = open_incident()
    telling.work(seconds=61)
    return opened


def test_the_link_opens_its_incident(client: FlaskClient, settings: Settings, incident: str) -> None:
    page = client.get(path(settings, incident))
    assert page.status_code == 200
    assert "Delivery NPS down 19 to 22 since " in page.text
    assert "Ben told by e-mail" in page.text
    assert "it has no record yet" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "<form" not in page.text
    assert f"/sign-in?next={quote(f'{settings.alerts_url}/incidents/{incident}', safe='')}" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert client.get("/static/alerts/incident.css").status_code == 200


def test_a_resolved_incident_shows_its_end(
    client: FlaskClient, settings: Settings, incident: str, conn: Connection
) -> None:
    with conn.transaction():
        incidents.resolve(conn, incident, "the <b>lead</b>", "fixed", "New courier")
    page = client.get(path(settings, incident)).text
    assert "resolved as fixed" in page
    assert "What was done: New courier" in page
    assert "the <b>lead</b>" not in page


def test_no_other_link_does(client: FlaskClient, settings: Settings, incident: str) -> None:
    other = path(settings, "AAAA1111").partition("?")[2]
    for query in ("", "?t=", "?t=nonsense", "?t=%F0%9F", f"?{other}"):
        page = client.get(f"/incidents/{incident}{query}")
        assert page.status_code == (403 if query else 303), query
        assert "Delivery" not in page.text
    assert client.get(path(settings, "AAAA1111")).status_code == 404


def test_a_link_ends_after_seven_days(
    client: FlaskClient, settings: Settings, incident: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = path(settings, incident)
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + links.VALID_SECONDS - 60)
    assert client.get(link).status_code == 200
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + links.VALID_SECONDS + 60)
    page = client.get(link)
    assert page.status_code == 403
    assert "This link has expired" in page.text
