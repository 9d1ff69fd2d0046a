"""Channels in words, and what services give to copy as the URL Apprise needs."""

from __future__ import annotations

import pytest

from services.alerts.channels.remote import refusal
from services.alerts.views import channel_words

TEAMS = (
    "https://prod-12.westus.logic.azure.com:443/workflows/ab12/triggers/manual/paths/invoke"
    "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=xy-z_1"
)
NEWER_TEAMS = (
    "https://default1.4f.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/ab12"
    "/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=xy-z_1"
)


@pytest.mark.parametrize(
    ("kind", "url", "words"),
    [
        ("email", "mailto:ana@example.com", "E-mail to ana@example.com"),
        ("webhook", "https://hooks.example/in?key=k", "Webhook at hooks.example"),
        ("webhook", "https://hooks.example/***", "Webhook at hooks.example"),
        ("apprise", "slack://T1/B1/secret", "Slack"),
        ("apprise", "WORKFLOWS://x.logic.azure.com/a/b", "Microsoft Teams"),
        ("apprise", "flock://token", "flock"),
        ("apprise", "${env:JOURNEYLOOP_SLACK}", "Chat, paging or SMS as in ${env:JOURNEYLOOP_SLACK}"),
    ],
)
def test_words_hold_no_secret(kind: str, url: str, words: str) -> None:
    assert channel_words.words(kind, url) == words


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("https://hooks.slack.com/services/T1/B1/abc", "slack://T1/B1/abc"),
        ("https://discord.com/api/webhooks/123/abc-d", "discord://123/abc-d"),
        (TEAMS, "workflows://prod-12.westus.logic.azure.com:443/ab12/xy-z_1/"),
        (
            NEWER_TEAMS,
            "workflows://default1.4f.environment.api.powerplatform.com:443/ab12/xy-z_1/?pa=yes&ver=1",
        ),
        ("pagerduty://key@name", "pagerduty://key@name"),
    ],
)
def test_what_a_service_gives_to_copy_becomes_an_apprise_url_that_is_allowed(typed: str, url: str) -> None:
    assert channel_words.meant("apprise", typed) == url
    assert refusal(url) is None


@pytest.mark.parametrize("text", ["", "https://[", "https://example.com/hook", "json://localhost"])
def test_anything_else_is_left_for_the_schema_to_refuse(text: str) -> None:
    assert channel_words.meant("apprise", text) == text


def test_an_address_is_typed_without_mailto() -> None:
    assert channel_words.meant("email", "ana@example.com") == "mailto:ana@example.com"
    assert channel_words.typed("email", "mailto:ana@example.com") == "ana@example.com"
    assert channel_words.meant("email", "") == ""
