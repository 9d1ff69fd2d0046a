"""What the pages of keys and users say about each row: rows of schema `access` in, words out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

Row = Mapping[str, Any]
ROLE_WORDS = (
    ("viewer", "viewer: sees journeys and incidents"),
    ("lead", "lead: works incidents, reads comments"),
    ("admin", "admin: sets everything up"),
)
KEY_ROLE_WORDS = (*ROLE_WORDS, ("collector", "collector: may only submit answers"))
LASTING = (("", "until it is revoked"), ("30", "30 days"), ("90", "90 days"), ("365", "a year"))
_LONGEST_NAME = 200


def key_rows(rows: Iterable[Row], now: datetime) -> list[dict[str, Any]]:
    """{id, name, role, created_at, last_used_at, state, at, usable}: usable ones first, the newest on top."""
    found = [dict(row) | _key_state(row, now) for row in rows]
    return sorted(found, key=lambda row: (row["usable"], row["created_at"]), reverse=True)


def key_errors(values: Row) -> dict[str, list[str]]:
    """What is wrong with the form of a new key, by input."""
    return _chosen(values, "role", KEY_ROLE_WORDS) | _chosen(values, "lasts", LASTING) | _named(values)


def expiry(values: Row, now: datetime) -> datetime | None:
    """When a new key ends; None for never."""
    return now + timedelta(days=int(values["lasts"])) if values["lasts"] else None


def user_errors(values: Row) -> dict[str, list[str]]:
    """What is wrong with the form of a new user, beside the address."""
    return _chosen(values, "role", ROLE_WORDS) | _named(values)


def user_rows(rows: Iterable[Row], own: str | None) -> list[dict[str, Any]]:
    """Accounts as they are, each with `is_self` (whose own rights nobody takes away by mistake); disabled ones last."""
    found = [dict(row) | {"is_self": row["email"] == own} for row in rows]
    return sorted(found, key=lambda row: (row["disabled_at"] is not None, row["name"].lower(), row["email"]))


def leads_by_owner(rows: Iterable[Row], accounts: Iterable[Row], fallback: str) -> list[dict[str, Any]]:
    """Who signs in as a lead without an account: {email, name, why}."""
    found = [dict(row) | {"why": _answers_for(row["owners"])} for row in rows]
    known = {row["email"] for row in (*accounts, *found)}
    if fallback not in known:
        found.append({"email": fallback, "name": fallback, "why": "gets what no owner gets (FALLBACK_OWNER)"})
    return found


def _key_state(row: Row, now: datetime) -> dict[str, Any]:
    if row["revoked_at"]:
        return {"state": "revoked", "at": row["revoked_at"], "usable": False}
    if row["expires_at"] and row["expires_at"] <= now:
        return {"state": "expired", "at": row["expires_at"], "usable": False}
    if row["expires_at"]:
        return {"state": "ends", "at": row["expires_at"], "usable": True}
    return {"state": "in use", "at": None, "usable": True}


def _answers_for(owners: list[str]) -> str:
    return f"is told as the owner{'' if len(owners) == 1 else 's'} {', '.join(owners)}"


def _chosen(values: Row, name: str, options: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    known = [value for value, _ in options]
    return {} if values.get(name) in known else {name: ["Choose one of the list."]}


def _named(values: Row) -> dict[str, list[str]]:
    name = str(values.get("name") or "")
    if not name:
        return {"name": ["Give a name: what is done stands under it."]}
    if len(name) > _LONGEST_NAME or any(ord(character) < 32 for character in name):
        return {"name": [f"At most {_LONGEST_NAME} characters, on one line."]}
    return {}
