"""Which services a chat channel may name."""

from __future__ import annotations

import pytest

from services.alerts.channels import chat
from services.alerts.channels.outcome import Refused
from services.alerts.channels.remote import SCHEMES, WORKFLOWS, refusal
from services.alerts.messages.compose import message
from tests.unit.alerts.stories import opened

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@pytest.mark.parametrize(
    "url",
    [
        "json://localhost",
        "file:///etc/passwd",
        "dbus://",
        "syslog://",
        "exec://x",
        "mailto://a:b@example.com",
        "ntfy://10.0.0.1/topic",
        "https://hooks.slack.com/services/a/b/c",
        "workflows://127.0.0.1:80/a/b",
        "zulip://bot@shop.evil.example/a0b0c0d0e0",
        "workflows://logic.azure.com.evil.example/a/b",
        f"{SLACK}?template=/etc/passwd",
        f"{SLACK}?verify=no",
        "slack",
        "",
    ],
)
def test_apprise_urls_outside_the_list_are_refused(url: str) -> None:
    assert refusal(url)


@pytest.mark.parametrize(
    "url",
    [
        SLACK,
        "PAGERDUTY://a@b",
        "zulip://bot@shop/a",
        "zulip://bot@shop.zulipchat.com/a",
        "workflows://prod-1.westeurope.logic.azure.com:443/a/b",
        "tgram://1:a/2",
    ],
)
def test_apprise_urls_on_the_list_are_not(url: str) -> None:
    assert refusal(url) is None


def test_every_allowed_scheme_is_one_of_apprise_at_a_fixed_host() -> None:
    from apprise.plugins import N_MGR

    N_MGR.load_modules()
    assert not [scheme for scheme in SCHEMES | WORKFLOWS if scheme not in N_MGR]
    named_hosts = [s for s in SCHEMES if any("{host" in template for template in N_MGR[s].templates)]
    assert named_hosts == []


@pytest.mark.parametrize("url", ["json://localhost", "slack://incomplete"])
def test_chat_refuses_what_it_cannot_use(url: str) -> None:
    with pytest.raises(Refused):
        chat.send(url, message([opened()]), private=True)
