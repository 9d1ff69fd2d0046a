"""Generic webhooks after Standard Webhooks: constant id, HMAC signature, no redirects, no private addresses.

The name is resolved first, every address it has must be public, and the connection goes to the address that was
checked: a second DNS answer cannot lead elsewhere.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

import orjson
import urllib3
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from services.alerts.channels.outcome import Outcome, Refused
from services.alerts.messages.wording import clean

TIMEOUT = urllib3.Timeout(connect=4.0, read=5.0)
GONE = 410
# Ranges that carry an IPv4 address inside an IPv6 one: NAT64, 6to4, Teredo.
_TUNNELS = tuple(
    ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)


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
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Refused("A webhook needs an http:// or https:// URL.") from error
    address = checked_address(parts, private=private)
    try:
        return _post(parts, address, body, _headers(secret, str(notification_id), now, body))
    except urllib3.exceptions.HTTPError as error:
        return Outcome(False, f"{parts.hostname} could not be reached: {_reason(error)}.")


def checked_address(parts: SplitResult, *, private: bool) -> str:
    """An address of the URL's host that may be called. Raises Refused."""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused("A webhook needs an http:// or https:// URL.")
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, UnicodeError) as error:
        raise Refused(f"{clean(parts.hostname)} could not be resolved.") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not private and not all(is_public(address) for address in addresses):
        raise Refused(f"{parts.hostname} is a private address; set ALLOW_PRIVATE_WEBHOOKS to allow that.")
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet, also by way of the IPv4 address inside an IPv6 one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if any(ip in net for net in _TUNNELS):
            return False
    return ip.is_global and not ip.is_multicast


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


def _post(parts: SplitResult, address: str, body: bytes, headers: dict[str, str]) -> Outcome:
    host = parts.hostname or ""
    headers["Host"] = parts.netloc.rpartition("@")[2]
    if parts.username:
        headers |= urllib3.make_headers(basic_auth=f"{parts.username}:{parts.password or ''}")
    with _pool(parts, address, host) as connections:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
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
