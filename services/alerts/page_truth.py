"""The facts under `Is it true?` on the incident page: answers, evidence, and what is known about the asking. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.alerts.messages import asking, wording
from services.alerts.messages.wording import clean

Row = Mapping[str, Any]
_AWAY = "The survey service could not be asked."
_TOO_FEW = "too few answers to tell"


@dataclass(frozen=True)
class Fact:
    """A name and what there is to say of it, a line each."""

    name: str
    values: tuple[str, ...]


def facts(incident: Row, measurement: Row | None, today: date) -> list[Fact]:
    """In the order of the page; what is not known says so."""
    before, since = incident["before"]["n"], incident["since"]["n"]
    found = [
        Fact("Answers", (f"{since:,} when it opened, against {before:,} before",)),
        Fact(
            "Evidence", (f"{incident['evidence']:,.0f}, where {incident['budget']:,.0f} opens an incident",)
        ),
    ]
    if measurement is None:
        return [*found, Fact("Measurement", (_AWAY,))]
    return [
        *found,
        Fact("Volume", (_volume(measurement["volume"]),)),
        Fact("Channels", tuple(_shares(measurement["channels"], "channel"))),
        Fact("Languages", tuple(_shares(measurement["languages"], "language"))),
        Fact("Wording", tuple(_wordings(measurement["wordings"], today))),
        Fact("Response rate", (_rate(measurement["response_rate"]),)),
    ]


def _volume(volume: Row) -> str:
    if volume["moved"] is None:
        return _TOO_FEW.replace("answers", "whole days").capitalize()
    return f"{asking.volume(volume)} ({_verdict(volume['moved'])})"


def _shares(measured: list[Row], kind: str) -> Iterator[str]:
    if not measured:
        yield f"No answer names its {kind}"
    for one in measured:
        if None in (one["before"], one["since"]):
            yield f"{clean(one[kind])}: {_TOO_FEW}"
        else:
            yield f"{clean(one[kind])} {asking.shares(one)} ({_verdict(one['moved'])})"


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
