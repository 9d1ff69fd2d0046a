"""What the setup checklist knows of an installation, and what a step of it is. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# done: nothing to do. todo: the step is open. look: done, but something in it is wrong. unknown: a service did not
# say. hint: there is nothing to tick.
DONE, TODO, LOOK, UNKNOWN, HINT = "done", "todo", "look", "unknown", "hint"
NAMED = 5


@dataclass(frozen=True)
class Told:
    """What another service said, or why it did not."""

    found: Any = None
    failure: str | None = None


@dataclass(frozen=True)
class Checked:
    """The test answers of `journeyloop check`: how many are stored of the last 28 days, when the last one was, its last
    sequence, and what the other services have of them."""

    stored: int = 0
    last: str | None = None
    sequence: int = 0
    scored: Told = Told(0)
    seen: Told = Told(0)


@dataclass(frozen=True)
class Facts:
    """What is known. journeys: {key: document} in use. surveys: rows of those not archived. owners: items of
    /v1/owners. tests: items of /v1/notifications of kind test, newest first. imported: the last import, if any.

    Journeyloop's own journey, survey and owner are in none of them.
    """

    keys: Counter[str] = field(default_factory=Counter)
    journeys: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    surveys: Sequence[Mapping[str, Any]] = ()
    shown: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
    blocked: Sequence[Mapping[str, Any]] = ()
    owners: Told = Told(())
    tests: Told = Told(())
    imported: Mapping[str, Any] | None = None
    tested: Checked = Checked()
    fallback: str = ""
    survey_url: str = ""
    alerts_url: str = ""


@dataclass(frozen=True)
class Link:
    """Where to go: a page of a service."""

    text: str
    path: str
    service: str = "survey"


@dataclass(frozen=True)
class Step:
    """One step. `said` is one sentence about its state, `details` lines below; `optional` steps may stay open."""

    key: str
    title: str
    state: str
    said: str
    link: Link
    command: str
    details: Sequence[str] = ()
    more: Sequence[Link] = ()
    optional: bool = False


def size(document: Mapping[str, Any]) -> tuple[int, int]:
    """How many stages and touchpoints a map has."""
    stages = document.get("stages") or []
    return len(stages), sum(len(stage.get("touchpoints") or []) for stage in stages)


def first(lines: Sequence[str]) -> list[str]:
    """The first lines, and how many more there are."""
    more = len(lines) - NAMED
    return [*lines[:NAMED], *([f"and {more} more"] if more > 0 else [])]


def named(keys: Sequence[str], quote: str = "‘’") -> str:
    """‘a’, ‘b’ and 3 more."""
    quoted = [f"{quote[:1]}{key}{quote[1:]}" for key in keys[:NAMED]]
    return ", ".join(quoted) + (f" and {len(keys) - NAMED} more" if len(keys) > NAMED else "")


def count(number: int, noun: str) -> str:
    """1 key, 1,204 keys."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
