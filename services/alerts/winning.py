"""Wins as documents, for HTTP, pages and reviews: the stored rows with their figures and the actions behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from services.alerts import measuring, shown, thanks
from services.alerts.store import actions, owners
from shared.db import Connection
from shared.wording import whole

Row = Mapping[str, Any]


def documents(conn: Connection, rows: Sequence[Row], zone: tzinfo) -> list[dict[str, Any]]:
    """Of stored wins, in their order: the row, `before` and `since` as scores with intervals as the win was found,
    `rise` in whole points between the rounded scores of what was told (`cause`, else those two), and `actions` as they
    are known now (thanks.behind). `thanks` is what the message said."""
    names = owners.names(conn) if rows else {}
    known = {
        journey: [(row, measuring.kept(row)) for row in actions.all_(conn, journey=journey)]
        for journey in sorted({row["journey"] for row in rows})
    }
    return [document(row, thanks.behind(row, known[row["journey"]], names, zone)) for row in rows]


def document(row: Row, behind: Sequence[Row]) -> dict[str, Any]:
    """One win, with the actions behind it."""
    found = {name: shown.measured(row["metric"], row[name]) for name in ("before", "since")}
    return {**row, **found, "rise": _rise(row["cause"] or found, found), "actions": list(behind)}


def _rise(told: Row, found: Row) -> int | None:
    scores = [
        told[name]["score"] if told[name].get("score") is not None else found[name]["score"] for name in found
    ]
    return None if None in scores else whole(scores[1]) - whole(scores[0])
