"""The one sentence about a stage's state. Pure: what alerts and the pipe say in, words out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.aggregator.views.words import METRICS
from shared.events import parse_time
from shared.freshness import Freshness
from shared.wording import clean, day, score, whole

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """What alerts said of one metric and audience of the stage.

    failure: why it said nothing. detector: null where there is none. incident: the one that is not resolved.
    """

    failure: str | None = None
    detector: Row | None = None
    incident: Row | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """state: as `ui.state` shows it, None where nobody watches. incident, silence: what to link to."""

    state: str | None
    sentence: str
    incident: str | None = None
    silence: str | None = None


def status(metric: str, told: Told, fresh: Freshness, zone: ZoneInfo, asked: bool) -> Status:
    """The state in words. Never healthy where nobody knows. asked: whether a live survey asks at the stage."""
    detector = told.detector
    if told.failure:
        return Status("unknown", "Nobody can tell now how this stage is doing.")
    if detector is None:
        return _not_watched(asked)
    late = fresh.late or detector.get("late", True)
    shown = detector["muted"] if detector["silenced"] else detector["state"]
    sentence = _sentence(shown, metric, told, fresh.now.astimezone(zone), late=late)
    incident = told.incident["id"] if told.incident and shown == "degraded" else None
    if detector["silenced"]:
        silence = str(detector["silenced"])
        return Status("silenced", f"Nobody is told while this lasts. {sentence}", incident, silence)
    if shown == "ok" and late:
        return Status("unknown", f"Nobody can tell while answers are late. {sentence}")
    return Status(shown, sentence, incident)


def _not_watched(asked: bool) -> Status:
    if asked:
        return Status("learning", "No answers yet.")
    return Status(None, "No live survey asks here.")


def _sentence(state: str | None, metric: str, told: Told, now: datetime, *, late: bool) -> str:
    """now: in REPORT_TZ."""
    detector = told.detector
    assert detector is not None, "a state comes from a detector"
    if state == "degraded":
        return _degraded(metric, detector, told.incident, now)
    if state == "learning":
        return _learning(detector)
    if state == "stale":
        return _stale(detector, now)
    if state == "ok":
        return _healthy(metric, detector, late=late)
    return "Its detector is switched off: no drop is noticed here."


def _degraded(metric: str, detector: Row, incident: Row | None, now: datetime) -> str:
    since = _day(detector["since"], now)
    if incident is None or incident["drop"] is None:
        return f"{METRICS[metric]} is clearly lower since {since}."
    to = (incident["cause"] or incident)["since"]["score"]
    fell = f"{METRICS[metric]} down {incident['drop']} to {score(metric, to)} since {since}."
    who = clean(incident["acknowledged_by"] or "")
    return f"{fell} {who} is working on it." if who else f"{fell} Nobody has acknowledged it yet."


def _learning(detector: Row) -> str:
    known, needed = detector["answers"], detector["answers_needed"]
    if known < needed:
        # The newest are kept back: they may be what is wrong.
        seen = detector["answers_seen"]
        old = f" old enough to learn from; {seen:,} came so far" if seen > known else ""
        return f"{known:,} of {needed:,} answers{old}. Until then no drop is noticed here."
    return "Its questions are new: 100 answers to one of them are needed before a drop is noticed."


def _stale(detector: Row, now: datetime) -> str:
    expected = max(1, whole(detector["expected"] or 0))
    return f"No answers since {_day(detector['since'], now)}; about {expected:,} were expected."


def _healthy(metric: str, detector: Row, *, late: bool) -> str:
    usual = (detector["baseline"] or {}).get("score")
    when = "When last looked at, there was no" if late else "No"
    return f"{when} lasting drop." + ("" if usual is None else f" Usually {score(metric, usual)}.")


def _day(at: str, now: datetime) -> str:
    return day(parse_time(at).astimezone(now.tzinfo), now)
