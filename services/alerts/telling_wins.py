"""What the notifier needs to tell of a win: where the points come from, and the actions behind it, measured anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.alerts import measuring, thanks, why
from services.alerts.store import actions, owners, wins
from shared.db import Connection
from shared.settings import Settings

Row = Mapping[str, Any]
MOST_MEASURED = 5  # actions of one stage within the reach of a win, asked for one after the other


def asked(conn: Connection, settings: Settings, row: Row, now: datetime, *, waits: bool) -> dict[str, Any]:
    """{changes: /v1/changes or None while it cannot be had, thanks: the actions behind it}; while it `waits` for the
    changes, those alone."""
    win = wins.read(conn, row["facts"]["win"])
    assert win is not None, "an announcement refers to its win"
    changes = why.changes(settings, win | {"opening_sequence": win["sequence"]}, now)
    if changes is None and waits:
        return {"changes": None}
    return {"changes": changes, "thanks": _thanks(conn, settings, win, now)}


def settle(conn: Connection, row: Row, facts: Row) -> None:
    """Keep with the win what is told of it."""
    wins.keep_told(conn, row["facts"]["win"], facts.get("changes"), facts["thanks"])


def _thanks(conn: Connection, settings: Settings, win: Row, now: datetime) -> list[dict[str, Any]]:
    names, zone = owners.names(conn), settings.report_tz
    known = {row["action"]: row for row in actions.all_(conn, journey=win["journey"], stage=win["stage"])}
    near = thanks.behind(win, [(row, None) for row in known.values()], names, zone)
    effects = {key: measuring.kept(row) for key, row in known.items()}
    for one in near[:MOST_MEASURED]:
        anew = _measured(conn, settings, known[one["action"]], now)
        effects[one["action"]] = anew or effects[one["action"]]
    return thanks.behind(win, [(row, effects[key]) for key, row in known.items()], names, zone)


def _measured(conn: Connection, settings: Settings, row: Row, now: datetime) -> dict[str, Any] | None:
    """None where the scores do not come."""
    wanted = measuring.wanted(conn, row, now, settings.report_tz)
    found = why.answers(settings, wanted.questions)
    if any(found[name] is None for name in measuring.needed(wanted)):
        return None
    return measuring.measured(conn, wanted, found, now).document
