"""Which actions are behind a win: those of its stage that began within the eight weeks before it, or since. Pure.

What was measured to have made it worse is thanked by nobody. An action's own effect is measured apart, against a
control (docs/effects.md); one without evidence yet is named beside the win, not as its cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta, tzinfo
from typing import Any

from shared.wording import clean

Row = Mapping[str, Any]
REACH = timedelta(days=56)
WORKED, WORSE = "worked", "worse"


def behind(
    win: Row, actions: Iterable[tuple[Row, Row | None]], owners: Mapping[str, str], zone: tzinfo
) -> list[dict[str, Any]]:
    """[{action, title, owner, owner_name, started_on, verdict, effect, low, high}], those that worked first.

    actions: each stored action of the journey, with its effect as last measured (None: never). The effect is told only
    of an action for the metric that won, because the points of another are others.
    """
    first, last = win["onset"].astimezone(zone).date() - REACH, win["found_at"].astimezone(zone).date()
    found = []
    for row, effect in actions:
        document = row["document"]
        same = all(document[name] == win[name] for name in ("journey", "stage", "audience"))
        if same and first <= date.fromisoformat(document["started_on"]) <= last:
            found.append(_thanked(row, effect if document["metric"] == win["metric"] else None, owners))
    found = [one for one in found if one["verdict"] != WORSE]
    return sorted(found, key=lambda one: (one["verdict"] != WORKED, one["started_on"], one["action"]))


def _thanked(row: Row, effect: Row | None, owners: Mapping[str, str]) -> dict[str, Any]:
    document = row["document"]
    owner = document.get("owner") or None
    measured = effect or {}
    return {
        "action": row["action"],
        "title": clean(document["title"]),
        "owner": owner,
        "owner_name": clean(owners.get(owner, owner)) if owner else None,
        "started_on": document["started_on"],
        "verdict": measured.get("verdict") or "no_evidence_yet",
        **{name: measured.get(name) for name in ("effect", "low", "high")},
    }
