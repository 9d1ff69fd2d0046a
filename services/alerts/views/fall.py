"""The waterfall of an incident: from the score before, by what each source adds, to the score since. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from services.alerts.messages import sources
from services.alerts.messages.story import Story
from shared import wording
from shared.web.drawing import Fall, waterfall


@dataclass(frozen=True)
class Bar:
    """One row: a source and its points, or (`total`) one of the two scores. `worse`: a real fall beyond noise."""

    name: str
    figure: str
    picture: Markup
    remark: str = ""
    total: bool = False
    worse: bool = False


def bars(story: Story) -> list[Bar]:
    """Nothing where the cause, or a score, is not known. The points add up to the whole points between the two."""
    if story.cause is None or story.before is None or story.since is None:
        return []
    before, since = wording.whole(story.before.score), wording.whole(story.since.score)
    lines = list(sources.lines(story.cause))
    falls = [Fall(line.points, line.mix) for line in lines]
    first, *steps, last = waterfall(before, falls, since)
    return [
        Bar("Before", wording.score(story.metric, before), first, total=True),
        *(
            Bar(
                line.name,
                wording.signed(line.points),
                picture,
                line.remark,
                worse=line.named and line.points < 0,
            )
            for line, picture in zip(lines, steps, strict=True)
        ),
        Bar("Since", wording.score(story.metric, since), last, total=True),
    ]
