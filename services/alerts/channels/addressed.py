"""Which channels an owner has, and how a numbered one is found again. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Channel:
    """One channel as configured: the `number`-th of its kind. url and secret may still hold ${env:NAME}."""

    kind: str
    number: int
    url: str
    secret: str | None = None


def channels(owner: dict[str, Any]) -> list[Channel]:
    """The owner's channels in their order; without any, e-mail to the owner's address."""
    listed = owner.get("channels") or [{"kind": "email", "url": f"mailto:{owner['email']}"}]
    return list(_numbered(listed))


def fallback(address: str) -> Channel:
    """The channel of FALLBACK_OWNER."""
    return Channel("email", 0, f"mailto:{address}")


def find(owner: dict[str, Any], kind: str, number: int) -> Channel | None:
    """The channel a notification was meant for, as it is configured now; None where it was taken away."""
    return next((each for each in channels(owner) if (each.kind, each.number) == (kind, number)), None)


def _numbered(listed: list[dict[str, Any]]) -> Iterator[Channel]:
    seen: dict[str, int] = {}
    for item in listed:
        number = seen.get(item["kind"], 0)
        seen[item["kind"]] = number + 1
        yield Channel(item["kind"], number, item["url"], item.get("secret"))
