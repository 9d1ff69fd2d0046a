"""The facts under `Is it true?` on the incident page: answers, evidence, and what is known about the asking. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.alerts.messages import asking
from shared import wording
from shared.wording import clean

Row = Mapping[str, Any]
_AWAY = "The survey service could not be asked."
_TOO_FEW = "too few answers to tell"


@dataclass(frozen=True)
class Fact:
    """A name and what there is to say of it, a line each."""

    name: str
    values: tuple[str, ...]


def answers(incident: Row, changes: Row | None, counted: str | None) -> list[Fact]:
    """Answers and evidence. changes, counted: the figures that were told and of when they are, where they are other
    than those of the opening."""
    opening = _answers("when it opened", incident["since"]["n"], incident["before"]["n"])
    told = (
        [_answers(f"by {counted}", changes["since"]["n"], changes["before"]["n"])]
        if changes and counted
        else []
    )
    evidence = f"{incident['evidence']:,.0f}, where {incident['budget']:,.0f} opens an incident"
    return [Fact("Answers", (*told, opening)), Fact("Evidence", (evidence,))]


def asking_facts(measurement: Row | None, today: date) -> list[Fact]:
    """What is known about the asking, in the order of the page; what is not known says so."""
    if measurement is None:
        return [Fact("Measurement", (_AWAY,))]
    return [
        Fact("Volume", (_volume(measurement["volume"]),)),
        Fact("Channels", tuple(_shares(measurement["channels"], "channel"))),
        Fact("Languages", tuple(_shares(measurement["languages"], "language"))),
        Fact("Wording", tuple(_wordings(measurement["wordings"], today))),
        Fact("Response rate", (_rate(measurement["response_rate"]),)),
    ]


def recount(asked: Row | None, days: Sequence[Row] | None) -> list[Fact]:
    """What the survey service holds against what the scores count, of the days of `asked` (its /v1/measurement).

    days: the points of /v1/scores/series.
    """
    if asked is None or days is None:
        return [Fact("Recount", ("Not done: one of the two could not be asked",))]
    first, last = asked["since"]["from"], asked["since"]["to"]
    held = sum(day["answers"] for day in asked["since"]["days"])
    counted = sum(day["n"] for day in days if first <= day["from"] <= last)
    when = _day(first) if first == last else f"{_day(first)} to {_day(last)}"
    found = f"{wording.answers(held)} of {when} stored, {counted:,} in the scores"
    difference = "no difference" if held == counted else f"{abs(held - counted):,} {_kind(held, counted)}"
    return [Fact("Recount", (f"{found}: {difference}",))]


def _kind(held: int, counted: int) -> str:
    return "not counted yet" if counted < held else "counted too many, or since removed"


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%b}"


def _answers(when: str, since: int, before: int) -> str:
    return f"{since:,} {when}, against {before:,} before"


def _volume(volume: Row) -> str:
    if volume["moved"] is None:
        return _TOO_FEW.replace("answers", "whole days").capitalize()
    return f"{asking.volume(volume)} ({_verdict(volume['moved'])})"


def _shares(measured: list[Row], kind: str) -> Iterator[str]:
    if not measured:
        yield f"No answer names its {kind}"
    elif measured[0]["before"] is None:
        yield f"{_mixed(measured, kind, 'since')}; before, no answer named its {kind}"
    elif measured[0]["since"] is None:
        yield f"No answer names its {kind}; before, {_mixed(measured, kind, 'before')}"
    else:
        for one in measured:
            yield f"{clean(one[kind])} {asking.shares(one)} ({_verdict(one['moved'])})"


def _mixed(measured: list[Row], kind: str, when: str) -> str:
    """The shares of one side, where the other has none: en 80 %, de 20 %; one alone by its name."""
    if len(measured) == 1:
        return clean(measured[0][kind])
    return ", ".join(f"{clean(one[kind])} {wording.share(one[when])}" for one in measured)


def _wordings(changes: list[Row], today: date) -> Iterator[str]:
    if not changes:
        yield "Unchanged"
    for change in changes:
        words = asking.reworded(change, today)
        yield words if change["new"] else words[0].upper() + words[1:]


def _rate(rates: Row | None) -> str:
    """What the survey service counted; incidents of before it counted displays have none."""
    known = {when: rate for when, rate in (rates or {}).items() if rate is not None}
    if not known:
        return "Not known: no displays were counted"
    return ", ".join(f"{wording.share(rate)} {when}" for when, rate in known.items())


def _verdict(moved: bool | None) -> str:
    return _TOO_FEW if moved is None else "beyond noise" if moved else "within noise"
