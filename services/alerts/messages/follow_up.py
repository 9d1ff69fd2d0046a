"""What the owner of a customer's case is told: that it is theirs, that it is late. Nothing in it is personal; who the
customer is, what they wrote and where they can be reached stands only on the page, behind the sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts.messages.following import FALLBACK, clock
from services.alerts.messages.section import Section, journey_words, why
from services.alerts.messages.story import ASSIGNED, HANDED_UP, OVERDUE, Elsewhere
from services.alerts.routing import stage_of
from shared import wording
from shared.events import SCALES, isoformat, parse_time
from shared.wording import clean

Row = Mapping[str, Any]
_NOT_HERE = (
    "What the customer wrote and how to reach them is on the page, behind the sign-in; no mail carries it."
)


@dataclass(frozen=True)
class Case:
    """The facts of one message. Times are aware and in REPORT_TZ; names are clean, single-line text.

    owned: whether it is somebody's already. resolved: it was by the time this is sent. goes_to, goes_at: who hears of
    it next, and when, unless it is resolved. first, first_told_at: who was told that it is overdue.
    """

    kind: str
    follow_up: str
    stage: str
    journey: str
    metric: str
    stage_name: str
    journey_name: str
    addressee: str | None
    because: str
    score: int | None
    opened_at: datetime
    due_at: datetime
    told_at: datetime
    link: str
    owned: bool = True
    handed_over: bool = False
    resolved: bool = False
    goes_to: str = FALLBACK
    goes_at: datetime | None = None
    first: str | None = None
    first_told_at: datetime | None = None
    elsewhere: Elsewhere | None = None


def case(
    telling: Row,
    now: Row | None,
    journey_map: Row | None,
    *,
    addressee: str | None,
    told_at: datetime,
    survey_url: str,
    zone: ZoneInfo,
) -> Case:
    """The story of one announcement {kind, journey, stage, metric, because, facts}. now: the case as it is."""
    journey, facts = dict(journey_map or {}), telling["facts"]
    escalation = facts.get("escalation") or {}
    return Case(
        kind=telling["kind"],
        follow_up=facts["follow_up"],
        stage=telling["stage"],
        journey=telling["journey"],
        metric=telling["metric"],
        stage_name=clean(stage_of(journey, telling["stage"]).get("name") or telling["stage"]),
        journey_name=clean(journey.get("name") or telling["journey"]),
        addressee=clean(addressee) if addressee else None,
        because=telling["because"],
        score=facts["score"],
        opened_at=parse_time(facts["opened_at"]).astimezone(zone),
        due_at=parse_time(facts["due_at"]).astimezone(zone),
        told_at=told_at.astimezone(zone),
        link=f"{survey_url}/follow-ups/{facts['follow_up']}",
        owned=now is None or now["owner"] is not None,
        handed_over=bool(facts.get("handed_over")),
        resolved=now is not None and now["state"] == "resolved",
        goes_to=clean(escalation.get("to") or FALLBACK),
        goes_at=parse_time(escalation["at"]).astimezone(zone) if escalation.get("at") else None,
        first=clean(facts["first"]) if facts.get("first") else None,
        first_told_at=parse_time(facts["first_told_at"]).astimezone(zone) if facts.get("first_told_at") else None,
    )  # fmt: skip


def section(story: Case) -> Section:
    """In words; no headline but an opening's says 'down'."""
    words = _happened(story)
    begun = f"{story.addressee}, {words}" if story.addressee else words[0].upper() + words[1:]
    over = "It was resolved meanwhile; there is nothing left to do." if story.resolved else ""
    return Section(
        headline=headline(story),
        sentence=f"{begun} {over}".rstrip(),
        rows=(),
        lines_title="",
        lines=(),
        notes=(_NOT_HERE,),
        invitation="Open the case",
        link=story.link,
        why=" ".join(filter(None, (_next(story), _why(story)))),
        over=over,
    )


def headline(story: Case) -> str:
    """Delivery: a customer to follow up by Thu 13 Nov, 14:00."""
    due = f"{wording.day(story.due_at, story.told_at)}, {story.due_at:%H:%M}"
    if story.kind == ASSIGNED:
        return f"{story.stage_name}: a customer to follow up by {due}"
    escalated = "Escalated: " if story.kind == HANDED_UP else ""
    return f"{escalated}{story.stage_name}: a customer still waits, due since {due}"


def data(story: Case) -> dict[str, Any]:
    """For machines."""
    return {
        "kind": story.kind,
        "subject": headline(story),
        "link": story.link,
        "follow_up": story.follow_up,
        "journey": story.journey,
        "stage": story.stage,
        "metric": story.metric,
        "score": story.score,
        "opened_at": isoformat(story.opened_at),
        "due_at": isoformat(story.due_at),
        "escalation": {"to": story.goes_to, "at": isoformat(story.goes_at)} if story.goes_at else None,
    }


def _happened(story: Case) -> str:
    gave = "a customer" if story.score is None else f"a customer who gave {story.stage_name} {_score(story)}"
    who = f"{gave} ({journey_words(story)})"
    due = wording.moment(story.due_at, story.told_at)
    if story.kind == ASSIGNED:
        if not story.owned:
            return (
                f"{who} is to be followed up by {due}, and nobody has the case yet: take it, or hand it over."
            )
        yours = "the case was handed over to you" if story.handed_over else "the case is yours"
        late = f"it was due on {due}" if story.due_at < story.told_at else f"please resolve it by {due}"
        return f"{who} is to be followed up; {yours}, {late}."
    waits = f"{who} was to hear from us by {due}, and the case is not resolved."
    if story.kind == HANDED_UP and story.first_told_at:
        told = wording.moment(story.first_told_at, story.told_at)
        return f"{waits} {story.first or 'The owner'} was told on {told}."
    return waits


def _score(story: Case) -> str:
    return f"{story.score} of {SCALES[story.metric][1]}"


def _next(story: Case) -> str:
    if story.kind != OVERDUE or story.resolved:
        return ""
    if story.goes_at:
        return f"You are told once. Not resolved by {clock(story.goes_at, story.told_at)}: goes to {story.goes_to}."
    return "You are told once."


def _why(story: Case) -> str:
    if story.because == "owner":
        return "You get this because the case is yours."
    if story.kind == HANDED_UP and story.addressee:
        return f"You get this because {story.first or 'the owner'} named you for what is not acknowledged."
    if story.owned and story.because == "fallback":
        return "You get this because the case's owner cannot be reached: this is the fallback address."
    return why(story)
