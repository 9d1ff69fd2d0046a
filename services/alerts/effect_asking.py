"""What other services say of an action, with the caller's rights and within a second: its effect, and its controls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from services.alerts import comparing, measuring
from services.alerts.effects import alike
from services.alerts.measuring import Measured
from shared.web.app import database, settings
from shared.web.neighbours import Asked, ask, ask_all

Row = Mapping[str, Any]


def measure(row: Row) -> tuple[Measured | None, dict[str, Asked]]:
    """The effect of a stored action by now; None where an answer it needs did not come. What did not come, by name."""
    now, zone = datetime.now(UTC), settings().report_tz
    with database() as conn:
        wanted = measuring.wanted(conn, row, now, zone)
    found = ask_all(wanted.questions)
    failed = {name: one for name, one in found.items() if one.failure}
    if any(name in failed for name in measuring.needed(wanted)):
        return None, failed
    with database() as conn:
        answers = {name: one.found for name, one in found.items()}
        return measuring.measured(conn, wanted, answers, now), failed


def suggested(document: Row) -> list[dict[str, Any]] | None:
    """[{stage, weeks, moves, alike, answers}], those first whose past moved alike; None where the scores do not
    come."""
    question = comparing.suggestion_question(document, datetime.now(settings().report_tz).date())
    if question is None:
        return []
    answer = ask(*question)
    if answer.failure:
        return None
    sides = comparing.by_stage(answer.found)
    treated, start = sides.pop(document["stage"], {}), comparing.started_on(document)
    return [asdict(one) for one in alike.controls(document["metric"], treated, sides, start)]
