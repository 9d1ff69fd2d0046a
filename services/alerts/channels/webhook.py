"""Generic webhooks after Standard Webhooks: constant id, HMAC signature, no redirects, no private addresses."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import orjson
import urllib3
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from services.alerts.channels import addresses
from services.alerts.channels.outcome import Outcome, Refused

TIMEOUT = urllib3.Timeout(connect=4.0, read=5.0)
MOST_ADDRESSES = 2
GONE = 410


def send(
    url: str,
    secret: str,
    notification_id: object,
    payload: Mapping[str, Any],
    now: datetime,
    *,
    private: bool,
) -> Outcome:
    """POST the payload, signed with each secret (two while one is being replaced). `private` allows private addresses.

    Raises Refused where the address may not be called or the secret is none; never for what the receiver or the
    network does.
    """
    body = orjson.dumps(payload)
    parts, host, port = _place(url)
    headers = _headers(secret, str(notification_id), now, body) | _who(parts, host)
    *others, last = addresses.checked(host, port, private=private)[:MOST_ADDRESSES]
    for address in others:
        try:
            return _post(parts, host, address, body, headers)
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
            continue  # nothing was sent; the next address of the same, checked answer
    try:
        return _post(parts, host, last, body, headers)
    except urllib3.exceptions.HTTPError as error:
        return Outcome(False, f"{host} could not be reached: {_reason(error)}.")


def names_a_private_address(url: str) -> bool:
    """Whether the URL's host is a private address as it is written; no DNS is asked."""
    try:
        return addresses.names_a_private_address(urlsplit(url).hostname or "")
    except ValueError:
        return False


def _place(url: str) -> tuple[SplitResult, str, int]:
    """The URL's parts, its host as DNS and certificates have it (ASCII), and its port. Raises Refused."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:  # UnicodeError too
        raise Refused("A webhook needs an http:// or https:// URL.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise Refused("A webhook needs an http:// or https:// URL.")
    return parts, host, port


def signatures(secret: str, notification_id: str, now: datetime, body: bytes) -> str:
    """One signature for each of the space-separated secrets, in the header's form. Raises Refused without any."""
    try:
        found = [Webhook(each).sign(notification_id, now, body.decode()) for each in secret.split()]
    except (ValueError, EmptyWebhookSecretError) as error:
        raise Refused("The webhook's secret is not whsec_ and base64.") from error
    if not found:
        raise Refused("The webhook has no secret.")
    return " ".join(found)


def _headers(secret: str, notification_id: str, now: datetime, body: bytes) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "User-Agent": "Journeyloop",
        "webhook-id": notification_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures(secret, notification_id, now, body),
    }


def _who(parts: SplitResult, host: str) -> dict[str, str]:
    """The headers Host and, where the URL names a user, Authorization."""
    named = f"[{host}]" if ":" in host else host
    found = {"Host": f"{named}:{parts.port}" if parts.port else named}
    if parts.username is not None:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        found["Authorization"] = f"Basic {base64.b64encode(user.encode()).decode()}"
    return found


def _post(parts: SplitResult, host: str, address: str, body: bytes, headers: dict[str, str]) -> Outcome:
    """One request to `address`, as `host` would get it."""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with _pool(parts, address, host) as connections:
        answer = connections.request(
            "POST",
            target,
            body=body,
            headers=headers,
            redirect=False,
            retries=False,
            timeout=TIMEOUT,
            preload_content=False,
        )
        answer.close()
    return _outcome(host, answer.status)


def _pool(parts: SplitResult, address: str, host: str) -> urllib3.HTTPConnectionPool:
    if parts.scheme == "https":
        return urllib3.HTTPSConnectionPool(
            address, parts.port or 443, server_hostname=host, assert_hostname=host
        )
    return urllib3.HTTPConnectionPool(address, parts.port or 80)


def _outcome(host: str, status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(True, f"{host} took it.", status)
    if status == GONE:
        return Outcome(False, f"{host} answered 410: the webhook is gone.", status, final=True)
    words = "a redirect, which is not followed" if 300 <= status < 400 else "not accepted"
    return Outcome(False, f"{host} answered {status}: {words}.", status)


def _reason(error: urllib3.exceptions.HTTPError) -> str:
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return "no answer in time"
    if isinstance(error, urllib3.exceptions.SSLError):
        return "its TLS certificate was not accepted"
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return "the connection was refused"
    return "the connection broke"
