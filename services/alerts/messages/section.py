"""One incident worded: the parts that text mail, HTML mail, chat and page lay out each in their way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from services.alerts.messages import asking, sources
from services.alerts.messages.following import next_steps
from services.alerts.messages.sources import Line
from services.alerts.messages.story import MIX, OPENED, RESOLVED, SEGMENT, Elsewhere, Ending, Figure, Story
from shared import wording

_RATE = {
    "nps": "{who} rate {what} clearly lower",
    "csat": "{who} are clearly less satisfied with {what}",
    "ces": "{who} find {what} clearly harder",
}
_WHO = {"customer": "customers", "employee": "employees"}
_OUTCOMES = {
    "fixed": "resolved as fixed",
    "new_normal": "taken as the new normal",
    "false_alarm": "called a false alarm",
}
_REPLACED = (
    "All the questions it was about were replaced by others, and what answers to new ones mean must be learnt first: "
    "nobody can tell whether it is over."
)


@dataclass(frozen=True)
class Row:
    """One line of figures: Before, 41, 40 to 42, 17,240 answers."""

    label: str
    score: str
    interval: str
    answers: str


class Addressed(Protocol):
    """A story as far as it says whom it is told to, and why."""

    @property
    def because(self) -> str: ...
    @property
    def stage_name(self) -> str: ...
    @property
    def journey_name(self) -> str: ...


class Measured(Protocol):
    """A story as far as it says what was measured."""

    @property
    def metric(self) -> str: ...
    @property
    def audience(self) -> str: ...
    @property
    def stage_name(self) -> str: ...


@dataclass(frozen=True)
class Section:
    """One incident in words. `notes` and `sure` are whole sentences, `sure` about how far to believe it; `why` says why
    this person is told; `lines_head` what the lines are; `over`, a part of `sentence`, that it was resolved since."""

    headline: str
    sentence: str
    rows: tuple[Row, ...]
    lines_title: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    invitation: str
    link: str
    why: str
    sure: tuple[str, ...] = ()
    lines_head: str = "Touchpoint"
    over: str = ""
    elsewhere: Elsewhere | None = None


def section(story: Story) -> Section:
    """The worded form of a story about an opened or resolved incident."""
    return _resolved(story, story.ending) if story.kind == RESOLVED and story.ending else _opened(story)


def headline(story: Story) -> str:
    """What becomes the subject. Only an opening says 'down'."""
    name = measured(story)
    if story.kind == RESOLVED and story.ending:
        return _ending_headline(name, story, story.ending)
    since = wording.day(story.onset, story.told_at)
    points_lost = drop(story)
    if story.since is None or points_lost <= 0:
        return f"{name} down since {since}"
    points = "" if story.metric == "nps" else " points"
    at = wording.score(story.metric, story.since.score)
    mix = ": different mix" if _is_mix(story) else ""
    return f"{name} down {points_lost}{points} to {at} since {since}{mix}"


def _opened(story: Story) -> Section:
    drop = story.cause and -story.cause.change
    lines = tuple(sources.lines(story.cause)) if story.cause else ()
    over = (
        f"This was resolved on {wording.moment(story.resolved_at, story.told_at)}."
        if story.resolved_at
        else ""
    )
    return Section(
        headline=headline(story),
        sentence=f"{_addressed(story, _happened(story))} {over}".rstrip(),
        rows=figure_rows(story.metric, {"Before": story.before, "Since": story.since}),
        lines_title=f"Where the {drop} {wording.unit(story.metric, drop)} come from" if drop else "",
        lines=lines if drop else (),
        notes=tuple(_opening_notes(story)),
        invitation="Open the incident",
        link=story.link,
        why=" ".join(filter(None, (next_steps(story.following, story.told_at), why(story)))),
        sure=tuple(_sure(story)),
        lines_head="Segment" if story.cause and story.cause.kind == SEGMENT else "Touchpoint",
        over=over,
    )


def _happened(story: Story) -> str:
    """What opened the incident; a moved mix is nobody's rating."""
    moment, who = wording.moment(story.onset, story.told_at), _WHO[story.audience]
    if _is_mix(story):
        return (
            f"the {story.metric.upper()} of {_place(story)} is lower since {moment}, but only because other {who} "
            f"answer: nobody rates it clearly lower than before."
        )
    return f"{_RATE[story.metric].format(who=who, what=_place(story))} since {moment}."


def _is_mix(story: Story) -> bool:
    return story.cause is not None and story.cause.kind == MIX


def _resolved(story: Story, ending: Ending) -> Section:
    began = wording.moment(story.onset, story.told_at)
    lasted = wording.lasting(ending.closed_at - story.onset)
    ended = f"was {_OUTCOMES[ending.outcome or 'fixed']}" if ending.by_person else "is over"
    ended = "cannot be followed any more" if ending.replaced else ended
    words = f"the drop in {measured(story)} ({journey_words(story)}) that began on {began} {ended} after {lasted}."
    figures = {
        "Before": story.before,
        "Lowest": ending.lowest,
        "At the end": None if ending.replaced else ending.back,
    }
    notes = (f"What was done: {wording.clean(ending.note)}",) if ending.note else ()
    notes = (_REPLACED,) if ending.replaced else notes
    return Section(
        headline=headline(story),
        sentence=_addressed(story, words),
        rows=figure_rows(story.metric, figures),
        lines_title="",
        lines=(),
        notes=notes,
        invitation="Open the incident",
        link=story.link,
        why=why(story),
    )


def _ending_headline(name: str, story: Story, ending: Ending) -> str:
    lasted = wording.lasting(ending.closed_at - story.onset)
    at = wording.score(story.metric, ending.back.score) if ending.back else None
    if ending.replaced:
        return f"{name}: questions replaced after {lasted}, the drop cannot be followed"
    if ending.by_person:
        words = _OUTCOMES[ending.outcome or "fixed"]
        return f"{name} at {at} after {lasted}: {words}" if at else f"{name} {words} after {lasted}"
    return f"{name} back at {at} after {lasted}" if at else f"{name} back to normal after {lasted}"


def _opening_notes(story: Story) -> Iterator[str]:
    if story.kind == OPENED and story.following.silence:
        opened = wording.moment(story.opened_at, story.told_at)
        why_kept = f": {story.following.silence_why}" if story.following.silence_why else ""
        yield f"It opened on {opened}; a silence kept this message until now{why_kept}."
    if story.cause is None:
        yield (
            "What it comes from is not known yet: the scores had not caught up a minute after the alert. "
            "The page shows it as soon as they have."
        )
    else:
        yield from sources.notes(story.cause)


def _sure(story: Story) -> Iterator[str]:
    """How often such an alarm is false, and whether the asking moved."""
    often = wording.how_often(story.false_alarms_per_year)
    yield f"How sure: a healthy stage raises such an alarm {often}."
    if measured := asking.sentence(story.measurement, story.told_at.date()):
        yield measured


def figure_rows(metric: str, figures: dict[str, Figure | None]) -> tuple[Row, ...]:
    """The lines of the figures that are known."""
    return tuple(_row(label, metric, figure) for label, figure in figures.items() if figure)


def _row(label: str, metric: str, figure: Figure) -> Row:
    low, high = wording.score(metric, figure.low), wording.score(metric, figure.high)
    interval = f"{low.removesuffix(' %')} to {high}"
    return Row(label, wording.score(metric, figure.score), interval, wording.answers(figure.n))


def drop(story: Story) -> int:
    """The points lost between the rounded scores; 0 where they are not known."""
    if story.before is None or story.since is None:
        return 0
    return wording.whole(story.before.score) - wording.whole(story.since.score)


def measured(story: Measured) -> str:
    """Delivery NPS, Delivery employee NPS."""
    employees = "employee " if story.audience == "employee" else ""
    return f"{story.stage_name} {employees}{story.metric.upper()}"


def _place(story: Story) -> str:
    return f"{story.stage_name} ({journey_words(story)})"


def journey_words(story: Addressed) -> str:
    """Shop journey, also where its name says so itself."""
    name = story.journey_name
    return name if name.lower().endswith("journey") else f"{name} journey"


def _addressed(story: Story, words: str) -> str:
    return f"{story.addressee}, {words}" if story.addressee else words[0].upper() + words[1:]


def why(story: Addressed) -> str:
    """Why this person is told."""
    if story.because == "escalation":
        return "You get this because it was escalated to you."
    if story.because == "stage":
        return f"You get this because you own {story.stage_name}."
    if story.because == "journey":
        whole = journey_words(story)
        return f"You get this because you own the {whole}, and {story.stage_name} has no owner of its own."
    return f"You get this because {story.stage_name} has no owner who can be reached: this is the fallback address."
