"""The secrets in an owner's channels: hidden from those below admin, kept when a hidden one is put back. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

MASK = "***"
# Only these variables may be named in a channel (shared.settings.secret_from_environment enforces it at send time).
SECRET_PREFIX = "JOURNEYLOOP_"  # noqa: S105 - what marks one, none itself
REFERENCE = re.compile(r"\$\{env:([^}]*)\}")


class NothingStored(Exception):
    """A masked value was put, and there is no stored one it could stand for; `path` names the field."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


def masked(document: dict[str, Any]) -> dict[str, Any]:
    """The owner's document without secrets: those of webhooks, and all of a chat's or webhook's URL but its host."""
    if not document.get("channels"):
        return document
    return document | {"channels": [_masked(channel) for channel in document["channels"]]}


def restored(document: dict[str, Any], stored: dict[str, Any] | None) -> dict[str, Any]:
    """The document with each masked value replaced by the stored one it stands for. Raises NothingStored.

    A masked channel stands for the stored one at its place, else for the first of its kind that looks the same.
    """
    if not document.get("channels"):
        return document
    known = (stored or {}).get("channels") or []
    channels = [_restored(channel, known, index) for index, channel in enumerate(document["channels"])]
    return document | {"channels": channels}


def filled_in(text: str, lookup: Callable[[str], str]) -> str:
    """`text` with each ${env:NAME} replaced by lookup(NAME)."""
    return REFERENCE.sub(lambda match: lookup(match.group(1)), text)


def masked_url(kind: str, url: str) -> str:
    """What may be shown of a channel's URL."""
    if kind == "email" or REFERENCE.fullmatch(url):
        return url
    scheme, separator, _ = url.partition("://")
    host = (urlsplit(url).hostname or "") if kind == "webhook" and "${" not in url else ""
    return f"{scheme if separator else ''}://{host + '/' if host else ''}{MASK}"


def _masked(channel: dict[str, Any]) -> dict[str, Any]:
    shown = channel | {"url": masked_url(channel["kind"], channel["url"])}
    secret = channel.get("secret")
    return shown | ({"secret": secret if REFERENCE.fullmatch(secret) else MASK} if secret else {})


def _restored(channel: dict[str, Any], known: list[dict[str, Any]], index: int) -> dict[str, Any]:
    fields = [field for field in ("url", "secret") if MASK in (channel.get(field) or "")]
    if not fields:
        return channel
    candidates = known[index : index + 1] + known
    found = next((old for old in candidates if _looks_like(channel, old)), None)
    if found is None or not all(found.get(field) for field in fields):
        raise NothingStored(f"channels[{index}].{fields[0]}")
    return channel | {field: found[field] for field in fields}


def _looks_like(channel: dict[str, Any], old: dict[str, Any]) -> bool:
    if channel["kind"] != old["kind"]:
        return False
    return channel["url"] in (old["url"], masked_url(old["kind"], old["url"]))
