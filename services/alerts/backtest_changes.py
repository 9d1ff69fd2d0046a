"""What another budget changes: the incidents of two back-tests of the same answers, side by side. Pure."""

from __future__ import annotations

from typing import NamedTuple

from services.alerts.backtest import Found

NEW, GONE, EARLIER, LATER, SAME = "new", "gone", "opens_earlier", "opens_later", "same"


class Change(NamedTuple):
    """One incident: as it is with this budget, and as it was with the other one; None where there is none."""

    kind: str
    now: Found | None
    then: Found | None


def changes(now: list[Found], then: list[Found]) -> list[Change]:
    """Every incident of either, in order of time. Two are the same one where their times overlap."""
    found, left = [], list(now)
    for one in then:
        match = next((other for other in left if one.overlaps(other)), None)
        if match is not None:
            left.remove(match)
        found.append(Change(_kind(match, one), match, one))
    found += [Change(NEW, one, None) for one in left]
    return sorted(found, key=_opened_at)


def _kind(now: Found | None, then: Found) -> str:
    if now is None:
        return GONE
    if now.opened_at == then.opened_at:
        return SAME
    return EARLIER if now.opened_at < then.opened_at else LATER


def _opened_at(change: Change) -> int:
    known = change.now or change.then
    assert known is not None
    return known.opened_at
