"""What moved about the asking, in words: `Measurement: app answers 20 % → 45 %; volume and wording unchanged.` Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from shared import wording
from shared.wording import clean

Row = Mapping[str, Any]
# Of channels and of languages, the largest moves.
MOST_NAMED = 2


def sentence(measurement: Row | None, told_on: date) -> str | None:
    """What moved, and what did not; None where nothing is known. What is too little to tell is not called unchanged."""
    if measurement is None:
        return None
    said = [*_moved(measurement, told_on)]
    still = [*_unmoved(measurement)]
    if still:
        said.append(f"{_listed(still)} unchanged")
    return f"Measurement: {'; '.join(said)}."


def volume(measured: Row) -> str:
    """60 → 25 answers a day."""
    return f"{_number(measured['before'])} → {_number(measured['since'])} answers a day"


def shares(measured: Row) -> str:
    """20 % → 45 %."""
    return f"{wording.share(measured['before'])} → {wording.share(measured['since'])}"


def reworded(change: Row, told_on: date) -> str:
    """The question's wording changed on 12 Nov (delivery-nps)."""
    at = date.fromisoformat(change["since"])
    year = f" {at.year}" if at.year != told_on.year else ""
    on, survey = f"{at.day} {at:%b}{year}", clean(change["survey"])
    if change["new"]:
        return f"{survey} asks since {on}"
    return f"the question's wording changed on {on} ({survey})"


def _moved(measurement: Row, told_on: date) -> Iterator[str]:
    if measurement["volume"]["moved"]:
        yield volume(measurement["volume"])
    for one in _largest(measurement["channels"]):
        yield f"{clean(one['channel'])} answers {shares(one)}"
    for one in _largest(measurement["languages"]):
        yield f"answers in {clean(one['language'])} {shares(one)}"
    yield from (reworded(change, told_on) for change in measurement["wordings"])


def _largest(measured: Iterable[Row]) -> list[Row]:
    """What grew, the most first; where nothing did, what shrank."""
    moved = sorted(
        (one for one in measured if one["moved"]), key=lambda one: -abs(one["since"] - one["before"])
    )
    return ([one for one in moved if one["since"] > one["before"]] or moved)[:MOST_NAMED]


def _unmoved(measurement: Row) -> Iterator[str]:
    if measurement["volume"]["moved"] is False:
        yield "volume"
    for name in ("channels", "languages"):
        if measurement[name] and all(one["moved"] is False for one in measurement[name]):
            yield name
    if not measurement["wordings"]:
        yield "wording"


def _listed(names: list[str]) -> str:
    """volume, channels and wording."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _number(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{wording.whole(value):,}"
