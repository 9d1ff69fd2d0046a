"""What pages say about owners: how they are reached, for what they answer, what archiving one means. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from services.alerts.channels import addressed
from services.alerts.secret_texts import masked
from services.alerts.views import channel_words, owner_form, who_is_told
from services.alerts.views.reach import Reach, Try
from services.alerts.views.who_is_told import Documents, Line
from shared.wording import clean

# How a channel fares: symbol, word, and how the look marks it.
ARRIVES, FAILS, HICCUP, UNTRIED = (
    ("●", "Arrives", "ok"),
    ("▼", "Fails", "worse"),
    ("◐", "Failed last", "warning"),
    ("–", "Nothing sent yet", "plain"),
)

_TESTED, _WAITING = (
    {"sent": ("●", "Arrived", "ok"), "failed": ("▼", "Failed", "worse")},
    ("◐", "On its way", "plain"),
)


@dataclass(frozen=True)
class Way:
    """One channel: its words, how it fares, its last attempt; `place` and `secret` where it is a listed webhook."""

    words: str
    state: tuple[str, str, str]
    last: Try | None
    failing_since: Any
    place: int | None = None
    secret: str | None = None


@dataclass(frozen=True)
class Row:
    """One owner in the list."""

    owner: str
    name: str
    ways: tuple[Way, ...]
    stages: tuple[str, ...]
    then: str
    unreachable: str | None


@dataclass(frozen=True)
class Consequences:
    """What archiving means: each stage with who would be told instead, and the owners who escalate to this one."""

    stages: tuple[tuple[Line, Line], ...]
    escalating: tuple[str, ...]


def rows(
    owners: Documents,
    reaches: Mapping[str | None, Sequence[Reach]],
    away: Mapping[str | None, Mapping[str, Any] | None],
    told: Iterable[Line],
) -> list[Row]:
    """The owners in order of their names."""
    lines = list(told)
    found = [
        Row(
            owner=key,
            name=clean(document["name"]),
            ways=tuple(ways(document, reaches[key])),
            stages=tuple(place(line) for line in who_is_told.answers_for(key, lines)),
            then=who_is_told.then(document, owners),
            unreachable=_words(away[key]),
        )
        for key, document in owners.items()
    ]
    return sorted(found, key=lambda row: (row.name.lower(), row.owner))


def ways(document: Mapping[str, Any], reaches: Sequence[Reach]) -> Iterable[Way]:
    """The channels of an owner, in their order."""
    listed = masked(dict(document)).get("channels") or []
    for number, (words, reach) in enumerate(zip(who_is_told.ways(document), reaches, strict=True)):
        webhook = bool(listed) and listed[number]["kind"] == "webhook"
        secret = owner_form.secret_state(document["channels"][number]) if webhook else None
        yield Way(words, _state(reach), reach.last, reach.failing_since, number if listed else None, secret)


def by_journey(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    """[(journey's name, its stages)], in the order given."""
    return [
        (stages[0].journey_name, stages)
        for _, group in groupby(lines, key=lambda line: line.journey)
        if (stages := list(group))
    ]


def place(line: Line) -> str:
    """Shop · Delivery."""
    return f"{line.journey_name} · {line.stage_name}"


def archiving(owner: str, before: Iterable[Line], after: Iterable[Line], owners: Documents) -> Consequences:
    """What changes where `owner` is gone: lines with and without it, in the same order."""
    changed = [(was, will) for was, will in zip(before, after, strict=True) if was.owner == owner]
    escalating = [
        clean(one["name"]) for key, one in owners.items() if key != owner and one.get("escalate_to") == owner
    ]
    return Consequences(tuple(changed), tuple(sorted(escalating)))


def choices(owners: Documents, besides: str, chosen: str) -> list[tuple[str, str]]:
    """Whom an owner may escalate to: everybody else by name, nobody, and whoever is chosen now."""
    found = [(key, clean(document["name"])) for key, document in owners.items() if key != besides]
    found.sort(key=lambda one: one[1].lower())
    unknown = [(chosen, f"‘{chosen}’, who is not set up")] if chosen and chosen not in dict(found) else []
    return [("", "Nobody"), *unknown, *found]


def outcomes(
    document: Mapping[str, Any], tested: Sequence[Mapping[str, Any]]
) -> list[tuple[str, tuple[str, str, str], str]]:
    """[(channel, state, sentence)] of test messages, as the store has them."""
    names, found = _named(document), []
    for row in tested:
        words = names.get((row["channel_kind"], row["channel_number"]), "A channel that is gone")
        detail = row["attempts"][-1]["detail"] if row["attempts"] else None
        found.append(
            (
                words,
                _TESTED.get(row["state"], _WAITING),
                detail or "No outcome yet. The notifier sends it as soon as it runs.",
            )
        )
    return found


def _named(document: Mapping[str, Any]) -> dict[tuple[str, int], str]:
    listed = addressed.channels(dict(document))
    return {(way.kind, way.number): channel_words.words(way.kind, way.url) for way in listed}


def _state(reach: Reach) -> tuple[str, str, str]:
    if reach.last is None:
        return UNTRIED
    if reach.failing_since:
        return FAILS
    return ARRIVES if reach.last.sent else HICCUP


def _words(away: Mapping[str, Any] | None) -> str | None:
    return away["in_words"] if away else None
