"""What Slack, Teams, PagerDuty and Discord really get: over TLS, at a server that their names lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.alerts.channels import chat
from services.alerts.channels.outcome import Refused
from services.alerts.links import opens
from services.alerts.messages.compose import Message, message, message_for_test
from services.alerts.messages.story import Part
from services.alerts.store import incidents
from shared.db import Connection
from shared.settings import Settings
from tests.integration.alerts.conftest import Notifier, Open, Put
from tests.integration.alerts.internet import Site, lead, site
from tests.unit.alerts.stories import CAUSE, opened, resolved

TEAMS_HOST = "prod-1.westeurope.logic.azure.com"
HOSTS = ("hooks.slack.com", TEAMS_HOST, "events.pagerduty.com", "discord.com")
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
TEAMS = f"workflows://{TEAMS_HOST}:443/643e69f83c8944/{'s' * 43}"
PAGERDUTY = f"pagerduty://{'i' * 32}@{'k' * 20}"
DISCORD = "discord://1234567890/abcdefghijklmnop_-"

HEADLINE = "Delivery NPS down 19 to 22 since Thu 13 Nov"
WHY = "Courier hand-over (moment of truth) −15, mostly region North. Order tracking −2."
LINK = "https://fb.example/incidents/7F3K2M9Q?t=signed"


@dataclass
class Services:
    """All four, at one site."""

    site: Site

    def get(self, url: str, told: Message) -> dict[str, Any]:
        """What the service behind `url` gets; it takes it."""
        outcome = chat.send(url, told, private=True)
        assert outcome.sent, outcome
        request = self.site.requests[-1]
        assert request.server_name == request.headers["host"]
        return orjson.loads(request.body)


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    with site(tmp_path, *HOSTS) as running:
        running.says = b"ok"  # Slack's word for it
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.ca))
        lead(monkeypatch, lambda name: [("127.0.0.1", running.port)] if name in HOSTS else None)
        yield Services(running)


def test_slack(services: Services) -> None:
    [attachment] = services.get(SLACK, message([opened()]))["attachments"]
    assert (attachment["title"], attachment["text"]) == (HEADLINE, f"{WHY}\n{LINK}")
    assert services.site.requests[0].path == "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


def test_teams(services: Services) -> None:
    card = services.get(TEAMS, message([opened()]))["attachments"][0]["content"]
    title, body = card["body"]
    assert title["text"] == HEADLINE
    escaped = WHY.replace("(", "\\(").replace(")", "\\)")
    assert body["text"] == f"{escaped}\n\n[Open the incident]({LINK})"


def test_discord(services: Services) -> None:
    got = services.get(DISCORD, message([opened()]))
    assert got["content"].splitlines() == [HEADLINE, WHY, LINK]
    assert "embeds" not in got


def test_pagerduty_opens_a_case_and_closes_the_same(services: Services) -> None:
    opening = services.get(PAGERDUTY, message([opened()]))
    assert (opening["event_action"], opening["dedup_key"]) == ("trigger", "journeyloop/7F3K2M9Q")
    assert opening["payload"]["summary"].splitlines() == [HEADLINE, WHY]
    assert opening["payload"]["severity"] == "critical"
    assert (opening["payload"]["source"], opening["payload"]["component"]) == ("Journeyloop", "shop/delivery")
    assert opening["links"] == [{"href": LINK}]
    closing = services.get(PAGERDUTY, message([resolved()]))
    assert (closing["event_action"], closing["dedup_key"]) == ("resolve", opening["dedup_key"])
    own = services.get(f"{PAGERDUTY}/shop-web?dedup=own&action=trigger", message([resolved()]))
    assert (own["event_action"], own["dedup_key"], own["payload"]["source"]) == ("trigger", "own", "shop-web")


@pytest.mark.parametrize("url", [SLACK, TEAMS, PAGERDUTY, DISCORD])
def test_there_is_one_link_and_it_is_to_the_incident(services: Services, url: str) -> None:
    body = orjson.dumps(services.get(url, message([opened()]))).decode()
    assert body.replace("http://adaptivecards.io/schemas/", "").count("://") == body.count(LINK) == 1


@pytest.mark.parametrize("url", [SLACK, TEAMS, PAGERDUTY, DISCORD])
def test_a_value_from_outside_calls_nobody_and_links_nowhere(services: Services, url: str) -> None:
    """Values of segments come from the pages in which surveys are embedded."""
    part = Part(
        "Courier", -15, mostly="region @everyone <!channel> [x](http://evil.example) http://evil.example"
    )
    body = orjson.dumps(services.get(url, message([opened(cause=replace(CAUSE, parts=(part,)))]))).decode()
    assert "@everyone" not in body
    assert "://evil" not in body
    assert url != SLACK or "<!" not in body


@pytest.mark.parametrize("url", [SLACK, TEAMS, PAGERDUTY, DISCORD])
def test_a_test_message_is_told_apart(services: Services, url: str) -> None:
    body = orjson.dumps(services.get(url, message_for_test("ana", "Ana", "2026-11-22T09:00:00Z"))).decode()
    assert "Test from Journeyloop for Ana" in body
    assert "critical" not in body


@pytest.mark.parametrize(
    ("url", "name"), [(SLACK, "Slack"), (PAGERDUTY, "Pager Duty"), (DISCORD, "Discord"), (TEAMS, "Power")]
)
def test_a_refusal_is_told_in_words(services: Services, url: str, name: str) -> None:
    services.site.status = 404
    outcome = chat.send(url, message([opened()]), private=True)
    assert (outcome.sent, outcome.status) == (False, 404)
    assert outcome.detail.startswith(name)
    assert outcome.detail.endswith("answered 404: the webhook was revoked or is mistyped.")


@pytest.mark.parametrize("url", [SLACK, TEAMS, PAGERDUTY, DISCORD])
def test_a_name_that_leads_to_a_private_address_is_not_called(services: Services, url: str) -> None:
    with pytest.raises(Refused, match="private"):
        chat.send(url, message([opened()]), private=False)
    assert services.site.connections == 0
    assert chat.send(url, message([opened()]), private=True).sent, "and only for the one attempt"


def test_a_redirect_is_not_followed(services: Services) -> None:
    services.site.status, services.site.headers = 307, {"Location": f"https://{HOSTS[3]}/elsewhere"}
    assert not chat.send(SLACK, message([opened()]), private=True).sent
    assert len(services.site.requests) == 1


def test_an_incomplete_url_is_not_written_anywhere(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refused, match="not complete"):
        chat.send("slack://incomplete/TIiajkdnlazkcOXrIdevi7FQ", message([opened()]), private=True)
    assert "TIiajkdn" not in "".join(capfd.readouterr())


@pytest.mark.usefixtures("shop")
def test_from_an_incident_to_slack_and_pagerduty_and_to_its_end(
    services: Services,
    settings: Settings,
    telling: Notifier,
    put_owner: Put,
    open_incident: Open,
    conn: Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Through the notifier: the owner's channels, of which one names its URL only to the notifier's environment."""
    telling.settings = replace(settings, allow_private_webhooks=True)
    monkeypatch.setenv("JOURNEYLOOP_SLACK", SLACK)
    put_owner(
        "ben", {"kind": "apprise", "url": "${env:JOURNEYLOOP_SLACK}"}, {"kind": "apprise", "url": PAGERDUTY}
    )
    incident = open_incident()
    telling.work(seconds=61)
    with conn.transaction():
        incidents.resolve(conn, incident, "the lead", "fixed", "New courier")
    telling.work(minutes=5)
    slack, paged, over, closed = [orjson.loads(request.body) for request in services.site.requests]
    for link in (slack["attachments"][0]["text"].splitlines()[-1], paged["links"][0]["href"]):
        address, _, token = link.partition("?t=")
        assert address == f"{settings.alerts_url}/incidents/{incident}"
        assert opens(settings, incident, token)
    assert "resolved as fixed" in over["attachments"][0]["title"]
    assert closed["dedup_key"] == paged["dedup_key"] == f"journeyloop/{incident}"
    details = [attempt["detail"] for attempt in telling.attempts()]
    assert details == ["Slack took it.", "Pager Duty took it."] * 2
    assert "TIiajkdn" not in repr(telling.rows() + telling.attempts())
