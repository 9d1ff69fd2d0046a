"""The form of a measure: the document PUT as its inputs show it, and inputs as a document again. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from services.aggregator.views.words import named
from shared.slugs import slug

Row = Mapping[str, Any]
Values = dict[str, Any]
TEXTS = ("name", "unit", "direction", "target")
LABELS = {
    "stage": "Stage",
    "name": "Name",
    "unit": "Unit",
    "direction": "Better is",
    "target": "Target",
    "measure": "Key",
    "values": "Values",
}
DIRECTIONS = (("down", "less"), ("up", "more"))
_MISSING = ["Missing data for required field."]
_SAID = {"name": "Say what is measured.", "direction": "Choose which way it gets better."}
NO_NUMBER = "Write a number, 4.5, or nothing."


def values(document: Row) -> Values:
    """What the inputs show of a stored measure."""
    target = document.get("target")
    return {name: document.get(name) or "" for name in TEXTS} | {
        "target": "" if target is None else f"{target:.12g}"
    }


def complete(sent: Row, *more: str) -> Values:
    """What was sent as all inputs of the form; a choice not made is not sent."""
    return {name: sent.get(name, "") for name in (*TEXTS, *more)}


def document(sent: Row) -> dict[str, Any]:
    """The document that the inputs stand for; what is empty is left out, what is no number is left to be refused."""
    found = {name: sent[name] for name in TEXTS if sent[name]}
    if "target" in found:
        found["target"] = _number(found["target"])
    return found


def said(errors: Row) -> dict[str, Any]:
    """What is wrong, in the form's own words where the API speaks of its document."""
    found = {
        path: [_SAID[path]] if path in _SAID and said == _MISSING else said for path, said in errors.items()
    }
    return found | ({"target": [NO_NUMBER]} if "Not a valid number." in errors.get("target", ()) else {})


def key(name: str, taken: Collection[str]) -> str:
    """A key for a measure whose key nobody gave: of its name, with a number where there is one already."""
    first = slug(name)[:58].rstrip("-") or "measure"
    names = (first if number == 1 else f"{first}-{number}" for number in range(1, len(taken) + 2))
    return next(one for one in names if one not in taken)


def stages(document: Row) -> Sequence[tuple[str, str]]:
    """(key, name) of the stages of a map."""
    return [(one["key"], named(one.get("name"), one["key"])) for one in document.get("stages", [])]


def _number(text: str) -> Any:
    try:
        return float(text.replace(",", ".") if "." not in text else text)
    except ValueError:
        return text
