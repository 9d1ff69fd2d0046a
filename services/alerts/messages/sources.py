"""Where a drop comes from, in words: a line a source, and the sentences under them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from services.alerts.messages.story import MIX, SEGMENT, Cause
from shared import wording


@dataclass(frozen=True)
class Line:
    """One source of the change, in whole points, with a remark behind it; `named` where it is one group, `mix` where
    it is no real change."""

    name: str
    points: int
    remark: str = ""
    named: bool = True
    mix: bool = False


def lines(cause: Cause) -> Iterator[Line]:
    """What is beyond noise by name, the rest together, the mix apart; first what it is. They add up to the change."""
    moved = Line("Different mix", cause.mix, "not a real change", named=False, mix=True)
    mix = [moved] if cause.mix else []
    if cause.kind == MIX:
        yield from mix
    across = "at all touchpoints" if cause.kind == SEGMENT else ""
    for part in cause.parts:
        name = f"{part.name} (moment of truth)" if part.moment_of_truth else part.name
        yield Line(name, part.points, f"mostly {part.mostly}" if part.mostly else across)
    if cause.others:
        name = "Others" if cause.parts else "All touchpoints together"
        remark = "within noise" if cause.kind == MIX else "each within noise"
        yield Line(name, cause.others, remark, named=False)
    if cause.kind != MIX:
        yield from mix


def notes(cause: Cause) -> Iterator[str]:
    """Whose growth the mix is, and the reasons given."""
    if cause.grown:
        before, since = wording.share(cause.grown.share_before), wording.share(cause.grown.share)
        yield f"More answers come from {cause.grown.name}: {before} of all before, {since} since."
    if cause.reasons:
        given = ", ".join(f"{label} {count:,}" for label, count in cause.reasons)
        yield f"Reasons given: {given}."
