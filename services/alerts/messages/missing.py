"""What is told when a stage's answers stay away: no incident, so a story and words of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts.messages.section import Section, why
from services.alerts.messages.story import Elsewhere
from services.alerts.routing import stage_of
from shared import wording
from shared.events import isoformat, parse_time
from shared.wording import clean

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Missing:
    """The facts of one message. Times are aware and in REPORT_TZ; names are clean, single-line text.

    expected: answers that would have come since; link: where the question can be seen.
    """

    kind: str
    stage: str
    journey: str
    stage_name: str
    journey_name: str
    addressee: str | None
    because: str
    since: datetime
    told_at: datetime
    expected: float
    answers_a_day: float
    link: str
    elsewhere: Elsewhere | None = None


def missing(
    telling: Row,
    journey_map: Row | None,
    *,
    addressee: str | None,
    told_at: datetime,
    survey_url: str,
    zone: ZoneInfo,
) -> Missing:
    """The story of one announcement: {kind, journey, stage, because, facts {since, expected, answers_a_day}}."""
    journey, facts = dict(journey_map or {}), telling["facts"]
    surveys = (one["survey"] for one in journey.get("surveys", []) if one["stage"] == telling["stage"])
    survey = next(surveys, None)
    return Missing(
        kind=telling["kind"],
        stage=telling["stage"],
        journey=telling["journey"],
        stage_name=clean(stage_of(journey, telling["stage"]).get("name") or telling["stage"]),
        journey_name=clean(journey.get("name") or telling["journey"]),
        addressee=clean(addressee) if addressee else None,
        because=telling["because"],
        since=parse_time(facts["since"]).astimezone(zone),
        told_at=told_at.astimezone(zone),
        expected=facts["expected"],
        answers_a_day=facts["answers_a_day"],
        link=f"{survey_url}/s/{survey}" if survey else survey_url,
    )


def section(story: Missing) -> Section:
    """In words; no headline but an opening's says 'down'."""
    return Section(
        headline=headline(story),
        sentence=_sentence(story),
        rows=(),
        lines_title="",
        lines=(),
        notes=(
            "Everything of ours worked meanwhile, as far as it was looked at every minute: time in which it did not is "
            "not counted. Often a page lost its survey, or an e-mail is not sent any more.",
            f"Until answers come again, nobody would notice if {story.stage_name} got worse.",
        ),
        invitation="See whether the question still shows",
        link=story.link,
        why=why(story),
        sure=(
            "How sure: chance brings such a silence less than once a year, and it is more than three times as long as "
            "any other of the last 28 days. You are told once.",
        ),
    )


def headline(story: Missing) -> str:
    """Delivery: no answers since Tue 17 Nov, 14:10; about 40 expected."""
    since = f"{wording.day(story.since, story.told_at)}, {story.since:%H:%M}"
    return f"{story.stage_name}: no answers since {since}; {_expected(story)} expected"


def data(story: Missing) -> dict[str, Any]:
    """For machines."""
    return {
        "kind": story.kind,
        "subject": headline(story),
        "link": story.link,
        "journey": story.journey,
        "stage": story.stage,
        "since": isoformat(story.since),
        "expected": story.expected,
        "answers_a_day": story.answers_a_day,
    }


def _sentence(story: Missing) -> str:
    name = story.journey_name
    journey = name if name.lower().endswith("journey") else f"{name} journey"
    since = wording.moment(story.since, story.told_at)
    words = f"nobody has answered about {story.stage_name} ({journey}) since {since}."
    begun = f"{story.addressee}, {words}" if story.addressee else words[0].upper() + words[1:]
    return f"{begun} By now {_expected(story)} answers were to be expected."


def _expected(story: Missing) -> str:
    return f"about {max(1, wording.whole(story.expected)):,}"
