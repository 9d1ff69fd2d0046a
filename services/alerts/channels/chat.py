"""Chat, paging and SMS by Apprise. It is imported on first use, in the notifier only: it is large."""

from __future__ import annotations

import re
from contextlib import nullcontext
from http import HTTPStatus
from typing import Any

from services.alerts.channels.addresses import public_only
from services.alerts.channels.outcome import Outcome, Refused
from services.alerts.channels.remote import refusal
from services.alerts.messages.compose import Message
from services.alerts.messages.story import ESCALATED, OPENED, REPEATED

_MARKS = re.compile(r"([\\`*_{}\[\]()#+|<>~!])")
_STATUS = re.compile(r"error=(\d{3})\b")
# What a message is to a service that has colours, severities or cases to close; whatever else is a warning.
_KINDS = {"incident.resolved": "success", "review.sent": "info", "test": "info"} | {
    f"incident.{kind}": "failure" for kind in (OPENED, REPEATED, ESCALATED)
}
# What a link leads to, by its path; any other is a question's.
_LINKS = {"/incidents/": "incident", "/reviews/": "review", "/follow-ups/": "case", "/wins": "wins"}
_MEANINGS = {
    401: "the token is not accepted",
    403: "the token may not post there",
    404: "the webhook was revoked or is mistyped",
    410: "the webhook is gone",
    429: "too many messages",
}


def send(url: str, message: Message, *, private: bool) -> Outcome:
    """Post subject and lines to the service behind an Apprise URL. `private` allows private addresses.

    Raises Refused where the URL is not allowed or the service's name leads to a private address.
    """
    reason = refusal(url)
    if reason:
        raise Refused(reason)
    import apprise

    apprise.logger.propagate = False  # its complaints may name tokens
    with apprise.LogCapture(level=apprise.logging.WARNING) as log:
        service = apprise.Apprise.instantiate(url, asset=_asset(apprise), suppress_exceptions=True)
        if service is None:
            raise Refused("The URL is not complete for this service.")
        name = str(service.service_name)
        with nullcontext() if private else public_only(name):
            sent = service.notify(**_content(service, message))
        complaint = log.getvalue()
    return _outcome(name, bool(sent), complaint)


def _content(service: Any, message: Message) -> dict[str, Any]:
    """The arguments of the service's notify()."""
    lines = message.chat.splitlines()
    if service.service_name == "Pager Duty":
        lines = _paged(service, message, lines)
    written = _markdown if service.notify_format == "markdown" else _plain
    title, *body = map(written, lines)
    return {
        "title": title,
        "body": ("\n\n" if written is _markdown else "\n").join(body),
        "body_format": "markdown" if written is _markdown else "text",
        "notify_type": _KINDS.get(message.payload["type"], "warning"),
    }


def _paged(service: Any, message: Message, lines: list[str]) -> list[str]:
    """PagerDuty has fields for the source and the link, and closes what opened when the same key is resolved.

    What the URL says of these stands.
    """
    told = message.payload["data"]
    service.source = "Journeyloop" if service.source == "Apprise" else service.source
    if not told.get("incident"):
        return lines
    if service.component == "Notification":
        service.component = f"{told['journey']}/{told['stage']}"
    if not service.dedup:
        service.dedup, service.action = f"journeyloop/{told['incident']}", "map"
    service.click = service.click or told["link"]
    return [line for line in lines if line != service.click]


def _plain(line: str) -> str:
    """A line in which only our own link is one, and nobody is called by name: values of segments come from outside."""
    return line if _is_link(line) else line.replace("@", "@\u200b").replace("://", ":\u200b//")


def _markdown(line: str) -> str:
    if _is_link(line):
        what = next((name for path, name in _LINKS.items() if path in line), "question")
        return f"[Open the {what}]({line})"
    return _MARKS.sub(r"\\\1", _plain(line))


def _is_link(line: str) -> bool:
    return line.startswith(("https://", "http://")) and " " not in line


def _asset(apprise: Any) -> Any:
    """Plain text, no redirects, no pictures or links but ours, nothing kept on disk, no plug-ins from this machine."""
    return apprise.AppriseAsset(
        app_id="Journeyloop",
        app_desc="Journeyloop",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        http_redirects=False,
        plugin_paths=[],
    )


def _outcome(service: str, sent: bool, complaint: str) -> Outcome:
    if sent:
        return Outcome(True, f"{service} took it.")
    found = _STATUS.search(complaint)
    if not found:
        return Outcome(False, f"{service} could not be reached.")
    status = int(found.group(1))
    return Outcome(False, f"{service} answered {status}: {_meaning(status)}.", status)


def _meaning(status: int) -> str:
    if status in _MEANINGS:
        return _MEANINGS[status]
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "not accepted"
