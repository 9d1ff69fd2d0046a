"""Who can be told: the owners, asked of alerts."""

from __future__ import annotations

from dataclasses import dataclass

from shared.reserved import CHECK
from shared.web.neighbours import ask

MOST = 500


@dataclass(frozen=True)
class KnownOwners:
    """{key: name} of all owners; `names` is None where alerts did not say (`failure`: why), or has too many to list."""

    names: dict[str, str] | None
    failure: str | None = None


def known_owners() -> KnownOwners:
    """Asks alerts; takes at most a second."""
    asked = ask("alerts", "/v1/owners", {"limit": MOST})
    if asked.failure:
        return KnownOwners(None, asked.failure)
    if asked.found["next"]:
        return KnownOwners(None, f"has more than {MOST} owners")
    return KnownOwners(
        {item["owner"]: item["name"] for item in asked.found["items"] if item["owner"] != CHECK}
    )
