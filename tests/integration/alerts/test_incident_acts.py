"""A lead who is signed in works an incident on its page; a viewer only reads it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.alerts import links
from shared.db import Connection
from shared.settings import Settings
from tests.integration.alerts.conftest import Call, Open
from tests.integration.alerts.signing_in import csrf, sign_in
from tests.integration.alerts.test_incident_list import words

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def incident(call: Call, open_incident: Open) -> str:
    for owner in ("ana", "ben"):
        call(
            "PUT",
            f"/v1/owners/{owner}",
            role="admin",
            json={"name": owner.title(), "email": f"{owner}@example.com"},
        )
    return open_incident()


class Lead:
    """Somebody in front of the page."""

    def __init__(self, client: FlaskClient, conn: Connection, incident: str) -> None:
        self.client, self.conn, self.path = client, conn, f"/incidents/{incident}"

    def comes(self, name: str) -> Lead:
        sign_in(self.client, self.conn, f"{name}@example.com")
        return self

    def reads(self) -> str:
        return words(self.client.get(self.path))

    def sends(self, action: str, **fields: str) -> Any:
        token = csrf(self.client.get(self.path).text)
        return self.client.post(f"{self.path}/{action}", data=fields | token)

    def then_reads(self, action: str, **fields: str) -> str:
        sent = self.sends(action, **fields)
        assert sent.status_code == 303, sent.text
        return words(self.client.get(sent.headers["Location"].partition("#")[0]))


@pytest.fixture
def lead(client: FlaskClient, conn: Connection, incident: str) -> Lead:
    return Lead(client, conn, incident).comes("ben")


def test_it_is_worked_to_its_end(lead: Lead) -> None:
    page = lead.reads()
    assert "▼ Degraded nobody has acknowledged it yet" in page
    page = lead.then_reads("acknowledge")
    assert "Acknowledged: reminders and escalation stop." in page
    assert "▼ Degraded acknowledged by Ben" in page
    assert "Acknowledged: reminders" not in lead.reads(), "what was done is said once"
    page = lead.then_reads("note", note="The depot\r\nhas no <b>ink</b>.")
    assert "Note by Ben The depot has no <b>ink</b>." in page
    page = lead.then_reads("resolve", outcome="fixed", done="New ink")
    assert "✓ Resolved fixed" in page
    assert "What was done: New ink" in page
    assert "Resolved by Ben New ink" in page
    assert not re.search(r'action="[^"]+/(acknowledge|resolve)"', lead.client.get(lead.path).text)
    assert "Note by Ben Later" in lead.then_reads("note", note="Later")


def test_who_comes_second_is_told_who_was_first(lead: Lead) -> None:
    lead.sends("acknowledge")
    page = lead.comes("ana").then_reads("acknowledge")
    assert re.search(r"Ben acknowledged this already on \w{3} \d", page)
    assert "acknowledged by Ben" in page
    lead.sends("resolve", outcome="false_alarm")
    lead.comes("ben")
    page = lead.then_reads("resolve", outcome="fixed")
    assert re.search(r"resolved already by Ana on .*: called a false alarm\.", page)
    assert "✓ Resolved called a false alarm" in page


def test_words_of_who_comes_second_are_not_lost(lead: Lead) -> None:
    lead.sends("resolve", outcome="new_normal")
    sent = lead.sends("resolve", outcome="fixed", done="Called the courier.")
    assert sent.status_code == 200
    assert "What you wrote is kept in the note below" in sent.text
    assert re.search(r"<textarea[^>]*name=\"note\"[^>]*>Called the courier\.</textarea>", sent.text)


@pytest.mark.parametrize(
    ("action", "fields", "said"),
    [
        ("resolve", {"done": "New courier"}, "How it ended: Choose one"),
        ("resolve", {"outcome": "gone", "done": "New courier"}, "How it ended: Choose one"),
        ("resolve", {"outcome": "fixed", "done": "x" * 5001}, "What was done: Longer than"),
        ("note", {"note": " \r\n"}, "Note: Write what others should know."),
        ("note", {"note": "x" * 5001}, "Note: Longer than"),
    ],
)
def test_wrong_input_keeps_what_was_typed(lead: Lead, action: str, fields: dict[str, str], said: str) -> None:
    sent = lead.sends(action, **fields)
    assert sent.status_code == 422
    [summary] = re.findall(r'<div class="error-summary".*?</div>', sent.text, flags=re.S)
    [(href, text)] = re.findall(r'<a href="#([^"]+)">(.*?)</a>', summary, flags=re.S)
    assert unescape(text).startswith(said)
    assert f'id="{href}"' in sent.text
    assert f'id="{href}-error"' in sent.text, "beside the field too"
    assert re.search(r'<details name="act" open>', sent.text)
    kept = fields.get("done", fields.get("note", "")).strip()
    assert f">{kept}</textarea>" in sent.text
    assert "Resolved by" not in lead.reads()


def test_who_may_not_act_sees_no_forms(
    call: Call, client: FlaskClient, incident: str, settings: Settings
) -> None:
    page = call("GET", f"/incidents/{incident.lower()}", role="viewer")
    assert page.status_code == 200
    assert "/acknowledge" not in page.text
    for action in ("acknowledge", "note", "resolve"):
        assert call("POST", f"/incidents/{incident}/{action}", role="viewer").status_code == 403
        assert client.post(f"/incidents/{incident}/{action}").status_code == 303, "asked to sign in"
    link = links.incident_link(settings, incident).removeprefix(settings.alerts_url)
    assert "nobody has acknowledged it yet" in words(client.get(link))
    assert call("GET", "/incidents/AAAA1111").status_code == 404
    assert call("POST", "/incidents/AAAA1111/acknowledge").status_code == 404


def test_nothing_is_done_without_the_forms_token(lead: Lead) -> None:
    assert lead.client.post(f"{lead.path}/acknowledge").status_code == 403
    lead.client.get(f"{lead.path}/acknowledge")
    assert "nobody has acknowledged it yet" in lead.reads()
