"""What it takes to save an owner, for `PUT /v1/owners` and for the page alike. Raises Problem naming the field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.alerts.channels import webhook
from services.alerts.secret_texts import NothingStored, restored
from services.alerts.store import owners
from shared.db import Connection
from shared.settings import Settings
from shared.web.documents import check_slug, etag
from shared.web.problems import invalid, not_found

# Raises where the document that the caller has seen is not the stored one (its ETag, None where there is none).
Check = Callable[[str | None], None]


@dataclass(frozen=True)
class Judged:
    """An owner that may be saved: the document as it is stored (None: there is none yet), and as it will be."""

    before: dict[str, Any] | None
    after: dict[str, Any]


def judged(
    conn: Connection, settings: Settings, owner: str, document: dict[str, Any], check: Check
) -> Judged:
    """The document with masked secrets filled in, if it may be saved; the owner stays locked until the commit."""
    check_slug("owner", owner)
    stored = owners.get(conn, owner, lock=True)
    check(etag(stored) if stored else None)
    try:
        document = restored(document, stored)
    except NothingStored as error:
        raise invalid({error.path: ["*** stands for a stored value, and there is none here."]}) from error
    _check_hosts(settings, document)
    if document.get("escalate_to") == owner:
        raise invalid({"escalate_to": ["This is the owner itself."]})
    return Judged(stored, document)


def save(conn: Connection, settings: Settings, owner: str, document: dict[str, Any], check: Check) -> Judged:
    """Make the owner, change it, or revive it; nothing is sent."""
    found = judged(conn, settings, owner, document, check)
    if found.after != found.before:
        owners.put(conn, owner, found.after)
    return found


def archive(conn: Connection, owner: str, check: Check) -> dict[str, Any]:
    """Archive the owner; the document it had. 404 where there is none."""
    stored = owners.get(conn, owner, lock=True)
    if stored is None:
        raise not_found("owner", owner)
    check(etag(stored))
    owners.archive(conn, owner)
    return stored


def warnings(conn: Connection, document: dict[str, Any]) -> list[str]:
    """What is taken, but would not do what it looks like."""
    next_, hours = document.get("escalate_to"), document.get("escalate_after_hours")
    if next_ and not owners.reachable(conn, [next_]):
        return [f"No owner ‘{next_}’ is known: until there is one, escalations go to the fallback address."]
    return ["escalate_after_hours does nothing without escalate_to."] if hours and not next_ else []


def _check_hosts(settings: Settings, document: dict[str, Any]) -> None:
    """A webhook at what is written as a private address is refused here; a name that leads to one, when sending."""
    if settings.allow_private_webhooks:
        return
    for index, channel in enumerate(document.get("channels") or []):
        if channel["kind"] == "webhook" and webhook.names_a_private_address(channel["url"]):
            words = "This is a private address; set ALLOW_PRIVATE_WEBHOOKS to allow that."
            raise invalid({f"channels[{index}].url": [words]})
