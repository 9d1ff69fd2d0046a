"""The effect of an action as JSON: what GET /v1/actions/{action}/effect answers, and what is kept with it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts import comparing
from services.alerts.compared import Compared
from services.alerts.effects import NO_EVIDENCE_YET, Effect, Period
from services.alerts.views import effect_words
from shared.scoring import Score

Row = Mapping[str, Any]
# An action noted down after more days of answers than this may have been chosen by what they say.
LATE = timedelta(days=7)
_NOTHING: dict[str, Any] = dict.fromkeys(
    ("before", "after", "change", "control_change", "effect", "low", "high", "about_days_more", "for_points")
)


def document(
    action: str, row: Row, compared: Compared, others: Iterable[Row], incidents: Iterable[Row], zone: ZoneInfo
) -> dict[str, Any]:
    """row: the action as stored. others: actions that started meanwhile at the stages compared; incidents: those whose
    onset lies in the days compared, at the control's stages."""
    effect, question = compared.effect, compared.question
    flags = [*compared.flags, *_others(action, others), *_incidents(incidents, zone), *_late(row, zone)]
    found = _NOTHING | {
        "action": action,
        "metric": row["document"]["metric"],
        "design": effect.design if effect else None,
        "control": None,
        "level": effect.level if effect else None,
        "verdict": effect.verdict if effect else NO_EVIDENCE_YET,
        "missing": compared.missing,
        "days": question.since.days if effect and question else 0,
        "review_on": comparing.review_on(row["document"]).isoformat(),
        "clustering": effect.clustering if effect else None,
        "flags": flags,
    }
    if effect and question:
        found |= _measured(effect, question.before, question.since)
    return found | {"in_words": effect_words.sentences(found, comparing.started_on(row["document"]))}


def days_compared(compared: Compared) -> tuple[date, date] | None:
    """The first and last day looked at."""
    if compared.question is None:
        return None
    first = compared.question.before or compared.question.since
    return first.first, compared.question.since.last


def _measured(effect: Effect, before: Period | None, since: Period) -> dict[str, Any]:
    control = None
    if effect.control_after:
        control = {
            "before": _score(effect.control_before, before),
            "after": _score(effect.control_after, since),
        }
    return {
        "before": _score(effect.before, before),
        "after": _score(effect.after, since),
        "change": effect.change,
        "control": control,
        "control_change": effect.control_change,
        "effect": effect.effect,
        "low": effect.low,
        "high": effect.high,
        "about_days_more": effect.about_days_more,
        "for_points": effect.for_points,
    }


def _score(score: Score | None, period: Period | None) -> dict[str, Any] | None:
    if score is None or period is None:
        return None
    figures = {"score": score.score, "n": score.n, "low": score.low, "high": score.high}
    return figures | {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _others(action: str, others: Iterable[Row]) -> list[dict[str, Any]]:
    return [
        {
            "kind": "action",
            "action": one["action"],
            "title": one["document"]["title"],
            "stage": one["stage"],
            "on": one["started_on"].isoformat(),
        }
        for one in others
        if one["action"] != action
    ]


def _incidents(incidents: Iterable[Row], zone: ZoneInfo) -> list[dict[str, Any]]:
    return [
        {
            "kind": "incident_in_control",
            "incident": one["id"],
            "stage": one["stage"],
            "on": _day(one["onset"], zone).isoformat(),
        }
        for one in incidents
    ]


def _late(row: Row, zone: ZoneInfo) -> list[dict[str, Any]]:
    chosen = _day(row["compared_at"], zone)
    late = chosen > comparing.started_on(row["document"]) + LATE
    return [{"kind": "chosen_later", "on": chosen.isoformat()}] if late else []


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
