"""The words of what is told while nobody acknowledges: the reminder to the owner, and the escalation to the next."""

from __future__ import annotations

from dataclasses import replace

from services.alerts.messages import section as sections
from services.alerts.messages.following import clock, next_steps
from services.alerts.messages.section import Section
from services.alerts.messages.story import ESCALATED, OPENED, Story
from shared import wording


def section(story: Story) -> Section:
    """The opening's figures under a headline of its own, which never says 'down'."""
    opening = sections.section(replace(story, kind=OPENED, addressee=None))
    coming = (next_steps(story.following, story.told_at), _again(story), _why(story))
    return replace(
        opening,
        headline=headline(story),
        sentence=f"{_unanswered(story)} {opening.sentence}",
        why=" ".join(filter(None, coming)),
    )


def headline(story: Story) -> str:
    """Delivery NPS still 19 lower, at 22, since Thu 13 Nov; or, for whoever is next, Escalated: …"""
    name, words = sections.measured(story), _lower(story)
    return f"Escalated: {name} {words}" if story.kind == ESCALATED else f"{name} still {words}"


def _lower(story: Story) -> str:
    since, points = wording.day(story.onset, story.told_at), sections.drop(story)
    if story.since is None or points <= 0:
        return f"lower since {since}"
    unit = "" if story.metric == "nps" else " points"
    return f"{points}{unit} lower, at {wording.score(story.metric, story.since.score)}, since {since}"


def _unanswered(story: Story) -> str:
    before = story.following
    if story.kind == ESCALATED:
        words = f"{before.first or 'The owner'} could not be told, and nobody has acknowledged it."
        if before.first_told_at:
            when = wording.moment(before.first_told_at, story.told_at)
            words = f"{before.first or 'The owner'} was told on {when} and has not acknowledged it."
        return f"{story.addressee}, {words}" if story.addressee else words
    whose = f"{story.addressee}, nobody" if story.addressee else "Nobody"
    return f"{whose} has acknowledged this yet."


def _again(story: Story) -> str:
    at = story.following.again_at
    return f"The next reminder comes {clock(at, story.told_at)}." if at else ""


def _why(story: Story) -> str:
    if story.kind != ESCALATED:
        return sections.why(story)
    if story.addressee:
        return f"You get this because {story.following.first or 'the owner'} named you for what is not acknowledged."
    return "You get this because whoever is next cannot be reached: this is the fallback address."
