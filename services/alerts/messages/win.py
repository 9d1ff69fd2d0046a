"""What a person likes to receive: what got better, by how much, since when, and thanks to which actions and whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts.messages import sources
from services.alerts.messages.gather import known
from services.alerts.messages.section import Section, figure_rows, journey_words, measured
from services.alerts.messages.story import MIX, SEGMENT, WIN, Cause, Elsewhere, Figure
from services.alerts.routing import FALLBACK, STAGE, stage_of
from shared import wording
from shared.events import isoformat
from shared.wording import clean

Facts = Mapping[str, Any]
WORKED = "worked"
_RATE = {
    "nps": "{who} rate {what} clearly higher",
    "csat": "{who} are clearly more satisfied with {what}",
    "ces": "{who} find {what} clearly easier",
}
_NOBODY = (
    "No action is logged for this stage of the eight weeks before. If you know what helped, log it: others can learn "
    "from it, and its author is thanked."
)
_FROM_NOW_ON = "This is the usual from now on: once enough answers came since, a drop is measured against it."


@dataclass(frozen=True)
class Won:
    """The facts of one message. Times are aware and in REPORT_TZ; names are clean, single-line text.

    thanks: the actions behind it, as services.alerts.thanks.behind gives them.
    """

    win: str
    metric: str
    audience: str
    stage: str
    journey: str
    stage_name: str
    journey_name: str
    addressee: str | None
    because: str
    onset: datetime
    found_at: datetime
    told_at: datetime
    false_wins_per_year: float
    link: str
    before: Figure | None
    since: Figure | None
    cause: Cause | None
    thanks: tuple[Facts, ...] = ()
    elsewhere: Elsewhere | None = None
    kind: str = WIN


def won(
    win: Facts,
    telling: Facts,
    journey_map: Facts | None,
    *,
    addressee: str | None,
    told_at: datetime,
    link: str,
    zone: ZoneInfo,
) -> Won:
    """The story of a stored win. telling: {because, facts {changes (null: not known), thanks}}."""
    facts, journey = telling["facts"], dict(journey_map or {})
    before, since, cause = known(win, facts.get("changes") or win["cause"])
    return Won(
        win=win["id"],
        metric=win["metric"],
        audience=win["audience"],
        stage=win["stage"],
        journey=win["journey"],
        stage_name=clean(stage_of(journey, win["stage"]).get("name") or win["stage"]),
        journey_name=clean(journey.get("name") or win["journey"]),
        addressee=clean(addressee) if addressee else None,
        because=telling["because"],
        onset=win["onset"].astimezone(zone),
        found_at=win["found_at"].astimezone(zone),
        told_at=told_at.astimezone(zone),
        false_wins_per_year=win["false_wins_per_year"],
        link=link,
        before=before,
        since=since,
        cause=replace(cause, reasons=()) if cause else None,  # reasons are given for low scores
        thanks=tuple(facts.get("thanks") or ()),
    )


def section(story: Won) -> Section:
    """In words."""
    lines = tuple(sources.lines(story.cause)) if story.cause else ()
    points = story.cause.change if story.cause else 0
    words = _happened(story)
    return Section(
        headline=headline(story),
        sentence=f"{story.addressee}, {words}" if story.addressee else words[0].upper() + words[1:],
        rows=figure_rows(story.metric, {"Before": story.before, "Since": story.since}),
        lines_title=f"Where the {points} {wording.unit(story.metric, points)} come from" if points else "",
        lines=lines if points else (),
        notes=tuple(_notes(story)),
        invitation="See it among the wins",
        link=story.link,
        why=_why(story),
        sure=(
            f"How sure: a stage that got no better is called so {wording.how_often(story.false_wins_per_year)}. "
            "You are told once.",
            _FROM_NOW_ON,
        ),
        lines_head="Segment" if story.cause and story.cause.kind == SEGMENT else "Touchpoint",
    )


def headline(story: Won) -> str:
    """Delivery NPS up 12 to 53 since Mon 3 Nov."""
    since, points = wording.day(story.onset, story.told_at), rise(story)
    if story.since is None or points <= 0:
        return f"{measured(story)} up since {since}"
    unit = "" if story.metric == "nps" else " points"
    mix = ": different mix" if _is_mix(story) else ""
    at = wording.score(story.metric, story.since.score)
    return f"{measured(story)} up {points}{unit} to {at} since {since}{mix}"


def rise(story: Won) -> int:
    """The points won between the rounded scores; 0 where they are not known."""
    if story.before is None or story.since is None:
        return 0
    return wording.whole(story.since.score) - wording.whole(story.before.score)


def thanks_in_words(thanks: Sequence[Facts], metric: str, seen_from: datetime) -> Iterator[str]:
    """A sentence an action: thanked where it was measured to have worked, else named beside the win."""
    for one in thanks:
        began = date.fromisoformat(one["started_on"])
        since = wording.day(seen_from.replace(year=began.year, month=began.month, day=began.day), seen_from)
        whose = f" by {one['owner_name']}" if one["owner_name"] else ""
        if one["verdict"] == WORKED and one["effect"] is not None:
            points = f"{wording.signed(one['effect'])} {wording.unit(metric, wording.whole(one['effect']))}"
            between = f"{wording.signed(one['low'])} to {wording.signed(one['high'])}"
            yield f"Thanks to “{one['title']}”{whose}, since {since}: it worked, {points} ({between})."
        else:
            yield f"“{one['title']}”{whose} began on {since}; what it did by itself is not shown yet."


def data(story: Won) -> dict[str, Any]:
    """For machines."""
    return {
        "win": story.win,
        "kind": story.kind,
        "subject": headline(story),
        "link": story.link,
        "journey": story.journey,
        "stage": story.stage,
        "metric": story.metric,
        "audience": story.audience,
        "onset": isoformat(story.onset),
        "found_at": isoformat(story.found_at),
        "before": asdict(story.before) if story.before else None,
        "since": asdict(story.since) if story.since else None,
        "cause": asdict(story.cause) if story.cause else None,
        "thanks": [dict(one) for one in story.thanks],
    }


def _happened(story: Won) -> str:
    since, place = (
        wording.moment(story.onset, story.told_at),
        f"{story.stage_name} ({journey_words(story)})",
    )
    if _is_mix(story):
        return (
            f"the {story.metric.upper()} of {place} is higher since {since}, but only because other customers answer: "
            f"nobody rates it clearly higher than before."
        )
    return f"good news: {_RATE[story.metric].format(who='customers', what=place)} since {since}."


def _notes(story: Won) -> Iterator[str]:
    if story.cause is not None:
        yield from sources.notes(story.cause)
    if _is_mix(story):
        return
    yield from thanks_in_words(story.thanks, story.metric, story.told_at) if story.thanks else (_NOBODY,)


def _is_mix(story: Won) -> bool:
    return story.cause is not None and story.cause.kind == MIX


def _why(story: Won) -> str:
    if story.because == FALLBACK:
        return f"You get this because {story.stage_name} has no owner who can be reached: this is the fallback address."
    owned = story.stage_name if story.because == STAGE else f"the {journey_words(story)}"
    return f"You get this because you own {owned}."
