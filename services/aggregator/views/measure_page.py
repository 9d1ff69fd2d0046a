"""What the page of a measure asks and says. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from services.aggregator.measure_values import Change, Given, differences
from services.aggregator.views.stage import WINDOWS, Links
from shared.wording import amounts

DEFAULT_WINDOW = "90d"
MOST_ERRORS, MOST_ROWS = 10, 20


def window(asked: str | None) -> str:
    """The window shown: one of the switch's."""
    return asked if asked in WINDOWS else DEFAULT_WINDOW


def switch(path: str, shown: str) -> Links:
    """The links to the windows."""
    return [(f"{path}?window={key}", name, key == shown) for key, name in WINDOWS.items()]


def rows(stored: Mapping[date, float], given: Given, unit: str | None) -> list[tuple[date, str, str]]:
    """(day, value now, value then) in words, of each day that given values change."""
    found = differences(stored, given)
    words = iter(amounts([value for _, *both in found for value in both], unit))
    return [(day, next(words) or "–", next(words) or "–") for day, *_ in found]


def told(change: Change) -> str:
    """Saved: 3 days are new, 1 changed."""
    return f"Saved: {_counted(change)}."


def would(change: Change) -> str:
    """Nothing is saved yet: 3 days are new, 1 changed."""
    return f"Nothing is saved yet. Saving: {_counted(change)}."


def said(errors: Mapping[str, list[str]]) -> list[str]:
    """What is wrong with values, each with its line: the first mistakes, and how many more."""
    found = [f"{at}: {text}" if at.startswith("line") else text for at, own in errors.items() for text in own]
    more = len(found) - MOST_ERRORS
    return found if more <= 0 else [*found[:MOST_ERRORS], f"And {more:,} more."]


def _counted(change: Change) -> str:
    parts = [
        (change.added, "new"),
        (change.changed, "changed"),
        (change.removed, "taken out"),
        (change.unchanged, "as before"),
    ]
    found = [f"{count:,} {word}" for count, word in parts if count]
    total = sum(count for count, _ in parts)
    return f"{total:,} day{'' if total == 1 else 's'}, {', '.join(found)}" if found else "no days"
