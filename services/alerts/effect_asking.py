"""What other services say of an action, with the caller's rights and within a second: its effect, and its controls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from services.alerts import compared, comparing, measuring
from services.alerts.effects import alike
from services.alerts.measuring import Measured, Wanted
from shared.web.app import database, settings
from shared.web.neighbours import Asked, ask, ask_all

Row = Mapping[str, Any]
# A list shows figures this old without asking again, and asks for so many actions at a time.
FRESH, MOST_AT_ONCE = timedelta(hours=1), 10


def measure(row: Row) -> tuple[Measured | None, dict[str, Asked]]:
    """The effect of a stored action by now; None where an answer it needs did not come. What did not come, by name."""
    now, zone = datetime.now(UTC), settings().report_tz
    with database() as conn:
        wanted = measuring.wanted(conn, row, now, zone)
    found = ask_all(wanted.questions)
    return _measured(wanted, found, now), {name: one for name, one in found.items() if one.failure}


def current(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """What is known of several actions, by key: as it was last measured, and anew, together within a second, of the
    first few of them whose figures are old."""
    now, zone = datetime.now(UTC), settings().report_tz
    known = {row["action"]: found for row in rows if (found := measuring.kept(row))}
    old = [row for row in rows if row["action"] not in known or now - row["effect_at"] > FRESH][:MOST_AT_ONCE]
    with database() as conn:
        asked = {row["action"]: measuring.wanted(conn, row, now, zone) for row in old}
    together = {f"{key} {name}": one for key, each in asked.items() for name, one in each.questions.items()}
    answers = ask_all(together)
    for key, wanted in asked.items():
        anew = _measured(wanted, {name: answers[f"{key} {name}"] for name in wanted.questions}, now)
        if anew:
            known[key] = anew.document
    return known


def _measured(wanted: Wanted, found: Mapping[str, Asked], now: datetime) -> Measured | None:
    if any(found[name].failure for name in measuring.needed(wanted)):
        return None
    with database() as conn:
        return measuring.measured(conn, wanted, {name: one.found for name, one in found.items()}, now)


def suggested(document: Row) -> list[dict[str, Any]] | None:
    """[{stage, weeks, moves, alike, answers}], those first whose past moved alike; None where the scores do not
    come."""
    question = comparing.suggestion_question(document, datetime.now(settings().report_tz).date())
    if question is None:
        return []
    answer = ask(*question)
    if answer.failure:
        return None
    sides = compared.by_stage(answer.found)
    treated, start = sides.pop(document["stage"], {}), comparing.started_on(document)
    return [asdict(one) for one in alike.controls(document["metric"], treated, sides, start)]
