"""The review that somebody asks for: with their own rights, and within a second of the other services."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.alerts import effect_asking, reviewing
from services.alerts.reviews import questions
from services.alerts.reviews.facts import About
from services.alerts.store import reviews
from shared.web.app import database, settings
from shared.web.neighbours import Asked, ask_all


def review(
    journey: str, week: str | None, comments: bool = False
) -> tuple[About, dict[str, Any], dict[str, Asked]]:
    """Which review, the review, and (for those who may read them) what customers wrote in that week, by name."""
    now, zone = datetime.now(UTC), settings().report_tz
    with database() as conn:
        of = reviewing.about(conn, journey, week, now, zone)
        kept = reviews.frozen(conn, journey, of.week.monday)
        acted = [] if kept else reviewing.recent_actions(conn, of)
    asked = {} if kept else questions.questions(of)
    answers = ask_all(asked | (questions.comments(of) if comments else {}))
    said = {name: answers.pop(name) for name in (questions.COMMENTS,) if name in answers}
    effects = effect_asking.current(acted) if acted else {}
    with database() as conn:
        made = kept["document"] if kept else reviewing.document(conn, of, answers, acted, effects)
        return of, reviewing.whole(conn, of, made, kept["frozen_at"] if kept else None), said
