"""What changing a map would break, said before it is saved: documents and facts in, sentences out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.survey.maps.surgery import Document
from services.survey.places import Place, answered, places, used_text


@dataclass(frozen=True)
class Used:
    """A survey of the journey, archived or not, and how many responses it has (None: employees', uncounted)."""

    survey: str
    stage: str
    touchpoint: str
    status: str
    responses: int | None


@dataclass(frozen=True)
class Consequence:
    """One sentence. `refused`: it cannot be saved so. `survey`: what to open to put it right."""

    text: str
    refused: bool = False
    survey: str | None = None


def of_change(
    before: Document, after: Document, used: Iterable[Used], owners: Mapping[str, str] | None
) -> list[Consequence]:
    """What saving `after` in place of `before` means for surveys, responses, segments and alerts; refusals first.

    owners: {key: name} of those who can be told; None where nobody knows them right now.
    """
    found = [*_places(before, after, list(used)), *_segments(before, after), *_owners(before, after, owners)]
    return sorted(found, key=lambda consequence: not consequence.refused)


def of_archiving(used: Iterable[Used]) -> list[Consequence]:
    """What archiving the journey of these surveys means; live ones forbid it."""
    every = list(used)
    live = [one for one in every if one.status == "live"]
    found = [
        Consequence(
            f"The survey ‘{one.survey}’ is live, with {answered(one.responses, 'response')}. "
            "Archive or pause it first.",
            True,
            one.survey,
        )
        for one in live
    ]
    resting = [one for one in every if one.status in ("draft", "paused")]
    if resting:
        named = ", ".join(f"‘{one.survey}’" for one in resting)
        them = "It stays as it is, and cannot" if len(resting) == 1 else "They stay as they are, and cannot"
        found.append(Consequence(f"Not live: {named}. {them} go live until the journey is back in use."))
    if told := _together(every):
        stays = "stays" if told == "1 response" else "stay"
        found.append(Consequence(f"{told[0].upper()}{told[1:]} {stays} stored and counted."))
    return found


def unowned(document: Document, owners: Mapping[str, str] | None) -> dict[str, str]:
    """{stage key: why nobody of its own is told} for stages whose alerts go to the fallback.

    Where `owners` is None every owner named counts as one who can be told.
    """
    stages = document.get("stages") or []
    return {stage["key"]: why for stage in stages if (why := _why_fallback(document, stage, owners))}


def _places(before: Document, after: Document, used: list[Used]) -> list[Consequence]:
    old, new = _all(places(before)), _all(places(after))
    return [
        consequence
        for stage, touchpoint in sorted(old - new)
        for consequence in _gone([one for one in used if (one.stage, one.touchpoint) == (stage, touchpoint)])
    ]


def _gone(used: list[Used]) -> list[Consequence]:
    """What it means that the touchpoint of these surveys leaves the map."""
    kept = [one for one in used if one.status != "archived"]
    if kept:
        return [
            Consequence(f"{_used(one)} Keep it, or archive the survey first.", True, one.survey)
            for one in kept
        ]
    if not (told := _together(used)):
        return []
    place = f"Touchpoint ‘{used[0].touchpoint}’ of stage ‘{used[0].stage}’"
    text = f"{place} has {told} to archived surveys. They stay counted at the place where they were given."
    return [Consequence(text)]


def _segments(before: Document, after: Document) -> list[Consequence]:
    gone = [key for key in before.get("segments") or [] if key not in (after.get("segments") or [])]
    return [
        Consequence(
            f"Scores are no longer split by ‘{key}’: answers from now on are stored without this segment."
        )
        for key in gone
    ]


def _owners(before: Document, after: Document, owners: Mapping[str, str] | None) -> Iterable[Consequence]:
    """Stages of whose alerts somebody was told, and nobody would be."""
    old, known = unowned(before, owners), {stage["key"] for stage in before.get("stages") or []}
    for key, why in unowned(after, owners).items():
        if key in known and key not in old:
            yield Consequence(why)


def _why_fallback(document: Document, stage: Document, owners: Mapping[str, str] | None) -> str | None:
    named = [owner for owner in (stage.get("owner"), document.get("owner")) if owner]
    if any(owners is None or owner in owners for owner in named):
        return None
    name = stage.get("name") or stage["key"]
    if not named:
        return f"{name} has no owner; alerts go to the fallback."
    return f"{name}: there is no owner ‘{named[0]}’ yet; until there is, alerts go to the fallback."


def _used(one: Used) -> str:
    return used_text(one.stage, one.touchpoint, one.responses, one.status, one.survey)


def _together(used: Iterable[Used]) -> str:
    """1,204 responses and employees’ responses; "" without any."""
    counts = [one.responses for one in used]
    known = sum(count for count in counts if count)
    told = [answered(known, "response")] if known else []
    return " and ".join([*told, *([answered(None, "response")] if None in counts else [])])


def _all(known: Mapping[str, set[str]]) -> set[Place]:
    return {(stage, touchpoint) for stage, touchpoints in known.items() for touchpoint in touchpoints}
