"""What the services say of documents before and after they are written: refusals, warnings, what would be matched."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from services.cli.documents import Document, Item
from services.cli.http import Api, Refused, problem
from services.cli.stored import SERVICE, UNKNOWN

# Where the document is at fault; anything else is the key, or the service.
REFUSALS = (400, UNKNOWN, 409, 412, 413, 422)
# A new stage is known to alerts once its journey has come through Kafka.
PATIENCE_SECONDS = 30.0
_PLACE = {"journey", "stage", "touchpoint"}
_NAMED = re.compile("‘([^’]+)’")
# What alerts refuses while it does not know the journey yet.
_ON_ITS_WAY = ("detectors", "reviews")


@dataclass
class Verdict:
    """What a dry run says of an item; `refusal` is None where the service would take it."""

    item: Item
    refusal: str | None = None
    warnings: list[str] = field(default_factory=list)
    would_have_matched: list[dict[str, Any]] = field(default_factory=list)


def judged(api: Api, changed: list[Item], file: list[Item], *, writing: bool) -> list[Verdict]:
    """What the services say of each item of `changed`, in its order, before any is written.

    What an item misses but `file` brings before it counts for nothing; before writing, nor does a detector's stage or
    a review's journey that may still be on its way to alerts.
    """
    maps = {item.journey: item.document for item in file if item.kind == "journeys"}
    owners = {item.key[0] for item in file if item.kind == "owners"}
    moved: set[str | None] = set()
    found = []
    for item in changed:
        moves = item.kind != "silences" and item.journey in moved
        arriving = writing and item.kind in _ON_ITS_WAY
        answer = _ask(api, item)
        verdict = _verdict(item, answer, may_change=moves or arriving or _is_told_to(item, answer, owners))
        verdict.warnings = _left(item, verdict.warnings, maps, owners)
        found.append(verdict)
        if item.kind == "journeys" or item.document.get("status") == "archived":
            moved.add(item.journey)
    return found


def warnings_of_written(api: Api, written: list[Item]) -> Iterator[tuple[Item, str]]:
    """What the services warn of in items that have just been written.

    Waits until alerts knows the journeys of silences; measures may stand on a map that is still on its way.
    """
    maps = {item.journey: item.document for item in written if item.kind == "journeys"}
    for item in written:
        if item.kind == "silences" and item.journey in maps:
            stages = _stages(maps[item.journey])
            _await_stage(api, str(item.journey), sorted(stages & {item.document.get("stage")} or stages))
        told = _verdict(item, _ask(api, item)).warnings
        yield from ((item, one) for one in (_left(item, told, maps) if item.kind == "measures" else told))


def write(api: Api, item: Item) -> None:
    """PUT the item; a detector's stage or a review's journey may take a while to arrive. Raises Refused."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = api.request(SERVICE[item.kind], "PUT", item.path, json=item.document)
        if answer.ok:
            return
        if not (item.kind in _ON_ITS_WAY and answer.status_code == UNKNOWN and time.monotonic() < deadline):
            raise Refused(answer)
        time.sleep(0.5)


def _ask(api: Api, item: Item) -> requests.Response:
    return api.request(SERVICE[item.kind], "PUT", item.path, params={"dry_run": "true"}, json=item.document)


def _verdict(item: Item, answer: requests.Response, *, may_change: bool = False) -> Verdict:
    if answer.ok:
        shown = answer.json()
        return Verdict(item, None, shown.get("warnings") or [], shown.get("would_have_matched") or [])
    if answer.status_code not in REFUSALS:
        raise Refused(answer)
    if may_change and _may_go(answer):
        return Verdict(item)
    return Verdict(item, problem(answer))


def _may_go(answer: requests.Response) -> bool:
    """Whether what is wrong may be right once the journey or survey before it has been written."""
    return answer.status_code in (UNKNOWN, 409) or answer.json().get("errors", {"": 0}).keys() <= {
        *_PLACE,
        "to",
    }


def _is_told_to(item: Item, answer: requests.Response, owners: set[str]) -> bool:
    """Whether a review is refused for owners only that the file brings."""
    if item.kind != "reviews" or answer.status_code != 422:
        return False
    errors = answer.json().get("errors", {})
    named = set(_NAMED.findall(" ".join(map(str, errors.get("to", [])))))
    return errors.keys() == {"to"} and bool(named) and named <= owners


def _left(
    item: Item, told: list[str], maps: Mapping[str | None, Document], owners: Iterable[str] = ()
) -> list[str]:
    """The warnings that stay true once the file's own maps and owners are there."""
    places = _places(maps, item.journey)
    found = [one for one in told if not _is_brought(item, one, {*owners, *places})]
    if item.kind == "measures" and places and item.key[1] not in places:
        found.append(f"The journey ‘{item.journey}’ has no stage ‘{item.key[1]}’.")
    return list(dict.fromkeys(found))


def _is_brought(item: Item, warning: str, brought: Iterable[str]) -> bool:
    named = set(_NAMED.findall(warning))
    return item.kind in ("owners", "silences", "measures") and bool(named) and named <= set(brought)


def _places(maps: Mapping[str | None, Document], journey: str | None) -> set[str]:
    """A journey and its stages, where one of the maps has it."""
    return {str(journey)} | _stages(maps[journey]) if journey in maps else set()


def _stages(document: Document) -> set[str]:
    given = document.get("stages")
    stages = given if isinstance(given, list) else []
    return {str(one["key"]) for one in stages if isinstance(one, dict) and "key" in one}


def _await_stage(api: Api, journey: str, stages: list[str]) -> None:
    if not stages:
        return
    probe = Item("detectors", (journey, stages[0], "nps", "customer"), {})
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _ask(api, probe).status_code == UNKNOWN and time.monotonic() < deadline:
        time.sleep(0.5)
