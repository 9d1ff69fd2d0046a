"""A channel in words, and the address a person has at hand as the URL we need. Pure; secrets stay out."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, unquote, urlsplit

from services.alerts.secret_texts import REFERENCE

KINDS = {"email": "E-mail", "webhook": "Webhook", "apprise": "Chat, paging or SMS"}
# The names of the services people ask for most; others are called by their scheme.
_SERVICES = {
    "slack": "Slack",
    "workflow": "Microsoft Teams",
    "workflows": "Microsoft Teams",
    "pagerduty": "PagerDuty",
    "discord": "Discord",
    "opsgenie": "Opsgenie",
    "gchat": "Google Chat",
    "webex": "Webex",
    "wxteams": "Webex",
    "zulip": "Zulip",
    "tgram": "Telegram",
    "twilio": "Twilio",
    "splunk": "Splunk On-Call",
    "victorops": "Splunk On-Call",
    "whatsapp": "WhatsApp",
}
_SLACK = re.compile(r"https://hooks\.slack\.com/services/([^/?]+)/([^/?]+)/([^/?]+)/?")
_DISCORD = re.compile(r"https://(?:canary\.|ptb\.)?discord(?:app)?\.com/api/webhooks/(\d+)/([^/?]+)/?")
_WORKFLOW = re.compile(r"/workflows/([^/]+)/triggers/manual/paths/invoke")


def words(kind: str, url: str) -> str:
    """E-mail to ana@example.com, Slack, Webhook at hooks.example."""
    if REFERENCE.fullmatch(url):
        return f"{KINDS[kind]} as in {url}"
    if kind == "email":
        return f"E-mail to {unquote(url.removeprefix('mailto:'))}"
    if kind == "webhook":
        return f"Webhook at {_host(url)}"
    scheme = url.partition(":")[0].lower()
    return _SERVICES.get(scheme, scheme)


def typed(kind: str, url: str) -> str:
    """The URL as a person types it: an e-mail address without mailto:."""
    return url.removeprefix("mailto:") if kind == "email" else url


def meant(kind: str, text: str) -> str:
    """The URL that what was typed stands for: ana@example.com, or what Slack, Discord and Teams give to copy."""
    if kind == "email":
        return text if not text or text.startswith(("mailto:", "${")) else f"mailto:{text}"
    return _as_apprise(text) if kind == "apprise" else text


def _as_apprise(text: str) -> str:
    if found := _SLACK.fullmatch(text):
        return f"slack://{'/'.join(found.groups())}"
    if found := _DISCORD.fullmatch(text):
        return f"discord://{'/'.join(found.groups())}"
    try:
        parts = urlsplit(text)
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
        found = _WORKFLOW.search(parts.path)
        if parts.scheme == "https" and "sig" in given and found and parts.hostname:
            place = f"{parts.hostname}:{parts.port or 443}/{found.group(1)}/{quote(given['sig'], safe='')}/"
            newer = (
                f"?pa=yes&ver={quote(given.get('api-version', '1'))}"
                if "/powerautomate/" in parts.path
                else ""
            )
            return f"workflows://{place}{newer}"
    except ValueError:
        return text
    return text


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "an address kept secret"
    except ValueError:
        return "an address that is none"
