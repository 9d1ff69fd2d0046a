"""One message to one channel: subject, plain text, two chat lines and the webhook's payload."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from services.alerts.messages import follow_up, missing, reminder, win
from services.alerts.messages.follow_up import Case
from services.alerts.messages.missing import Missing
from services.alerts.messages.section import Row, Section, section
from services.alerts.messages.sources import Line
from services.alerts.messages.story import (
    ESCALATED,
    OF_FOLLOW_UPS,
    OPENED,
    REPEATED,
    RESOLVED,
    STALE,
    WIN,
    Story,
)
from services.alerts.messages.win import Won
from shared.events import isoformat
from shared.wording import signed

_RULE = "-" * 40
_ORDER = (OPENED, ESCALATED, REPEATED, RESOLVED, STALE, WIN, *reversed(OF_FOLLOW_UPS))
Told = Story | Missing | Case | Won


@dataclass(frozen=True)
class Message:
    """Everything any channel needs. `sections` is what the HTML mail lays out; empty for a test."""

    subject: str
    text: str
    chat: str
    payload: dict[str, Any]
    sections: tuple[Section, ...] = ()


def message(stories: Sequence[Told]) -> Message:
    """One message from one story, or from several that fell due together; an opening leads."""
    ordered = sorted(stories, key=lambda story: _ORDER.index(story.kind))
    sections = tuple(worded(story) for story in ordered)
    more = f" and {len(ordered) - 1} more" if len(ordered) > 1 else ""
    return Message(
        subject=sections[0].headline + more,
        text=_texts(sections),
        chat="\n\n".join(chat(part) for part in sections),
        payload=_payload(ordered),
        sections=sections,
    )


def message_for_test(owner: str, owner_name: str, sent_at: str) -> Message:
    """What `POST /v1/owners/{owner}/test` sends."""
    subject = f"Test from Journeyloop for {owner_name}"
    words = f"This is a test: messages for {owner_name} arrive here. Nothing is wrong, and there is nothing to do."
    payload = {"type": "test", "timestamp": sent_at, "data": {"owner": owner, "subject": subject}}
    return Message(subject, f"{words}\n", f"{subject}\n{words}", payload)


def worded(story: Told) -> Section:
    """One story in words."""
    if isinstance(story, Missing):
        part = missing.section(story)
    elif isinstance(story, Case):
        part = follow_up.section(story)
    elif isinstance(story, Won):
        part = win.section(story)
    else:
        part = reminder.section(story) if story.kind in (ESCALATED, REPEATED) else section(story)
    return replace(part, elsewhere=story.elsewhere)


def text(part: Section) -> str:
    """The plain-text form of one section."""
    blocks = [part.sentence, _figures(part.rows), _sources(part), *part.notes, *part.sure]
    blocks += [f"{part.invitation}:\n{part.link}", part.why, _elsewhere(part)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _elsewhere(part: Section) -> str:
    if part.elsewhere is None:
        return ""
    silence = f"Silence: {part.elsewhere.silence}\n" if part.elsewhere.silence else ""
    return f"{silence}Settings: {part.elsewhere.settings}"


def chat(part: Section) -> str:
    """Two lines and the link."""
    named = [line for line in part.lines if line.named]
    sources = " ".join(_short(line) for line in named or part.lines)
    second = sources or next(iter((*part.notes, *part.sure)), part.sentence)
    second = f"{part.over} {second}" if part.over else second
    return f"{part.headline}\n{second}\n{part.link}"


def _short(line: Line) -> str:
    remark = f", {line.remark}" if line.remark else ""
    return f"{line.name} {signed(line.points)}{remark}."


def _texts(sections: Sequence[Section]) -> str:
    """One section as it is; several each under its headline."""
    if len(sections) == 1:
        return text(sections[0])
    return f"\n{_RULE}\n\n".join(f"{part.headline}\n\n{text(part)}" for part in sections)


def _figures(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    table = _aligned([(row.label, row.score, f"({row.interval})", row.answers) for row in rows], "<><>")
    table[-1] += "   [95 % intervals]"
    return "\n".join(table)


def _sources(part: Section) -> str:
    if not part.lines:
        return ""
    lines = _aligned([(line.name, signed(line.points), _remark(line)) for line in part.lines], "<><")
    return "\n".join([part.lines_title, *(f"  {line}" for line in lines)])


def _remark(line: Line) -> str:
    return f"({line.remark})" if line.remark and not line.remark.startswith("mostly") else line.remark


def _aligned(table: list[tuple[str, ...]], sides: str) -> list[str]:
    """Columns padded to their widest cell, left (<) or right (>)."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    rows = []
    for cells in table:
        padded = [f"{cell:{side}{width}}" for cell, side, width in zip(cells, sides, widths, strict=True)]
        rows.append("   ".join(padded).rstrip())
    return rows


def _payload(stories: Sequence[Told]) -> dict[str, Any]:
    first, *others = (_data(story) for story in stories)
    about = "stage" if stories[0].kind == STALE else "incident"
    kind, at = f"{about}.{stories[0].kind}", isoformat(stories[0].told_at)
    if isinstance(stories[0], Won):
        kind = "stage.won"
    if isinstance(stories[0], Case):
        kind = f"follow_up.{stories[0].kind.removeprefix('follow_up_')}"
    return {"type": kind, "timestamp": at, "data": first | ({"merged": others} if others else {})}


def _data(story: Told) -> dict[str, Any]:
    """One incident for machines: the message's own figures, unrounded scores."""
    if isinstance(story, Missing):
        return missing.data(story)
    if isinstance(story, Case):
        return follow_up.data(story)
    if isinstance(story, Won):
        return win.data(story)
    closed_at = story.ending.closed_at if story.ending else story.resolved_at
    return {
        "incident": story.incident,
        "kind": story.kind,
        "subject": worded(story).headline,
        "link": story.link,
        "journey": story.journey,
        "stage": story.stage,
        "metric": story.metric,
        "audience": story.audience,
        "onset": isoformat(story.onset),
        "opened_at": isoformat(story.opened_at),
        "closed_at": isoformat(closed_at) if closed_at else None,
        "outcome": story.ending.outcome if story.ending else None,
        "before": asdict(story.before) if story.before else None,
        "since": asdict(story.since) if story.since else None,
        "now": asdict(story.ending.back) if story.ending and story.ending.back else None,
        "cause": asdict(story.cause) if story.cause else None,
        "measurement": story.measurement,
        "escalation": _escalation(story),
    }


def _escalation(story: Story) -> dict[str, str] | None:
    """Whom it goes to, and when, unless somebody acknowledges it."""
    coming = story.following
    return {"to": coming.goes_to, "at": isoformat(coming.goes_at)} if coming.goes_at else None
