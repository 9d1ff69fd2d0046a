"""Chat, paging and SMS by Apprise. It is imported on first use, in the notifier only: it is large."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from services.alerts.channels.outcome import Outcome, Refused
from services.alerts.channels.remote import refusal
from services.alerts.messages.compose import Message

_STATUS = re.compile(r"error=(\d{3})\b")
_MEANINGS = {
    401: "the token is not accepted",
    403: "the token may not post there",
    404: "the webhook was revoked or is mistyped",
    410: "the webhook is gone",
    429: "too many messages",
}


def send(url: str, message: Message) -> Outcome:
    """Post subject and lines to the service behind an Apprise URL. Raises Refused where the URL is not allowed."""
    reason = refusal(url)
    if reason:
        raise Refused(reason)
    import apprise

    apprise.logger.propagate = False  # its complaints may name tokens
    service = apprise.Apprise.instantiate(url, asset=_asset(apprise), suppress_exceptions=True)
    if service is None:
        raise Refused("The URL is not complete for this service.")
    title, _, body = message.chat.partition("\n")
    with apprise.LogCapture(level=apprise.logging.WARNING) as log:
        sent = service.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
        complaint = log.getvalue()
    return _outcome(str(service.service_name), bool(sent), complaint)


def _asset(apprise: Any) -> Any:
    """Plain text, no redirects, nothing kept on disk, no plug-ins from this machine."""
    return apprise.AppriseAsset(
        app_id="Journeyloop", app_desc="Journeyloop", http_redirects=False, plugin_paths=[]
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
