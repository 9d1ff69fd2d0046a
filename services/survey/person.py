"""Everything that is kept of one person, as they may ask to see it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.survey.follow_ups.contact import every_name
from services.survey.respondents import Keys
from services.survey.store import leftovers
from services.survey.store import respondents as store
from shared.db import Connection

KEPT = ("answers", "contacts", "contact_details", "follow_ups", "rejected_rows", "waiting_imports")


def export(conn: Connection, keys: Keys, name: str) -> dict[str, Any]:
    """What is kept of the person an embedding system calls `name`, under every key listed; empty lists for nobody.

    Answers not `verified` came from somebody who said to be this person. `waiting_imports` are files still being
    worked off that seem to name them.
    """
    digests = [pseudonym.digest for pseudonym in every_name(keys, name)]
    now = datetime.now(UTC)
    return {
        "respondent": name,
        "exported_at": now,
        "answers": store.answers(conn, digests),
        "contacts": store.contacts(conn, digests),
        "contact_details": store.contact_details(conn, digests),
        "follow_ups": store.follow_ups(conn, digests, now),
        "rejected_rows": [_rejected(row) for row in leftovers.rejects(conn, name)],
        "waiting_imports": leftovers.waiting(conn, name),
        "erased_at": store.erased_at(conn, digests),
    }


def is_known(document: dict[str, Any]) -> bool:
    """Whether an export holds anything of the person."""
    return any(document[name] for name in KEPT)


def _rejected(row: dict[str, Any]) -> dict[str, Any]:
    """The refused row by column; cells beyond the header's are named by their number."""
    header, cells = row.pop("header"), row.pop("cells")
    names = [*header, *(f"column {number}" for number in range(len(header) + 1, len(cells) + 1))]
    return row | {"cells": dict(zip(names, cells, strict=False))}
