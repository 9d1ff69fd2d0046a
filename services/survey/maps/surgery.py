"""Surgery on a journey's document: find, add, edit, remove and move its stages and touchpoints. Pure.

A document goes in, another comes out; nothing is changed in place, and what an operation is not about stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Document = dict[str, Any]
# (): the journey itself; (stage,): a stage; (stage, touchpoint): a touchpoint.
Place = tuple[str, ...]
Parts = list[Document]
_PARTS = ("stages", "touchpoints")


class NoSuchPlace(LookupError):
    """The map has no stage or touchpoint of this key (any more)."""


def parts(document: Document, within: Place = ()) -> Parts:
    """The stages of the journey, or the touchpoints of the stage `within`."""
    return list(at(document, within).get(_PARTS[len(within)]) or [])


def at(document: Document, place: Place) -> Document:
    """The journey, stage or touchpoint at `place`. Raises NoSuchPlace."""
    return parts(document, place[:-1])[index(document, place)] if place else document


def index(document: Document, place: Place) -> int:
    """Where `place` stands among its neighbours, from 0. Raises NoSuchPlace."""
    for number, part in enumerate(parts(document, place[:-1])):
        if part["key"] == place[-1]:
            return number
    raise NoSuchPlace(place[-1])


def path(document: Document, place: Place) -> str:
    """How errors call the place: `stages[1].touchpoints[0]`, empty for the journey. Raises NoSuchPlace."""
    steps = (f"{_PARTS[n]}[{index(document, place[: n + 1])}]" for n in range(len(place)))
    return ".".join(steps)


def has(document: Document, place: Place) -> bool:
    """Whether the map has this stage or touchpoint."""
    try:
        at(document, place)
    except NoSuchPlace:
        return False
    return True


def last_path(document: Document, within: Place) -> str:
    """How errors call the last stage of the journey, or the last touchpoint of the stage `within`."""
    step = f"{_PARTS[len(within)]}[{len(parts(document, within)) - 1}]"
    return f"{path(document, within)}.{step}" if within else step


def add(document: Document, within: Place, part: Document) -> Document:
    """With `part` as the last stage of the journey, or as the last touchpoint of the stage `within`."""
    return _change(document, within, lambda found: [*found, part])


def remove(document: Document, place: Place) -> Document:
    """Without the stage (and its touchpoints) or the touchpoint at `place`. Raises NoSuchPlace."""
    gone = index(document, place)
    return _change(document, place[:-1], lambda found: found[:gone] + found[gone + 1 :])


def move(document: Document, place: Place, by: int) -> Document:
    """With `place` moved `by` places down (up where negative) among its neighbours, at most to the end."""
    old = index(document, place)

    def moved(found: Parts) -> Parts:
        rest = found[:old] + found[old + 1 :]
        new = min(max(old + by, 0), len(rest))
        return [*rest[:new], found[old], *rest[new:]]

    return _change(document, place[:-1], moved)


def transfer(document: Document, place: Place, stage: str) -> Document:
    """With the touchpoint at `place` as the last one of `stage`; as it is where it belongs there already."""
    if place[0] == stage:
        return document
    part = at(document, place)
    return add(remove(document, place), (stage,), part)


def made(key: str, fields: Mapping[str, Any]) -> Document:
    """A new stage or touchpoint with the fields that say something."""
    return _edited({"key": key}, fields)


def edit(document: Document, place: Place, fields: Mapping[str, Any]) -> Document:
    """With these fields of the journey, stage or touchpoint at `place`.

    A value that says nothing (None, empty, False) leaves the field out; a field that already says the same stays as it
    is stored, so that saving what was shown changes nothing.
    """
    return _replace(document, place, _edited(at(document, place), fields))


def is_same(old: Any, new: Any) -> bool:
    """Whether two values of a field say the same: line breaks, space around texts, and kinds of nothing aside."""
    return _plain(old) == _plain(new)


def _edited(part: Document, fields: Mapping[str, Any]) -> Document:
    edited = dict(part)
    for name, value in fields.items():
        if is_same(part.get(name), value):
            continue
        if _plain(value) is None:
            edited.pop(name, None)
        else:
            edited[name] = value
    return edited


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip() or None
    if isinstance(value, list):
        if value and isinstance(value[0], dict):
            return _targets(value) or value
        lines = [line.strip() for item in value for line in item.splitlines()]
        return [line for line in lines if line] or None
    return None if value is False else value


def _targets(parts: Parts) -> dict[Any, Any] | None:
    """Targets by what they are of, in whatever order; None where the parts are none."""
    if not all("score" in part for part in parts):
        return None
    return {(part["metric"], part.get("audience") or "customer"): part["score"] for part in parts}


def _replace(document: Document, place: Place, part: Document) -> Document:
    if not place:
        return part
    where = index(document, place)
    return _change(document, place[:-1], lambda found: [*found[:where], part, *found[where + 1 :]])


def _change(document: Document, within: Place, change: Callable[[Parts], Parts]) -> Document:
    """The document with the parts of `within` changed, and the stage around them anew. Raises NoSuchPlace."""
    part = {**at(document, within), _PARTS[len(within)]: change(parts(document, within))}
    return _replace(document, within, part)
