"""What it takes to save a measure or its values, for `/v1/measures` and pages alike. Raises Problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.aggregator import measure_values
from services.aggregator.measure_values import Change, Given
from services.aggregator.store import journeys, measures
from services.aggregator.store.measures import Place
from shared.db import Connection
from shared.web.documents import check_slug, etag
from shared.web.problems import not_found

# Raises where the document that the caller has seen is not the stored one (its ETag, None where there is none).
Check = Callable[[str | None], None]


@dataclass(frozen=True)
class Judged:
    """A measure that may be saved: as it is stored (None: there is none yet), and as it will be."""

    before: dict[str, Any] | None
    after: dict[str, Any]


def judged(conn: Connection, place: Place, document: dict[str, Any], check: Check) -> Judged:
    """The measure, if it may be saved; it is locked until the transaction ends."""
    for name, key in zip(("journey", "stage", "measure"), place, strict=True):
        check_slug(name, key)
    stored = measures.get(conn, place, lock=True)
    check(etag(stored) if stored else None)
    return Judged(stored, document)


def save(conn: Connection, place: Place, document: dict[str, Any], check: Check, who: str) -> Judged:
    """Make the measure, change it, or revive it."""
    found = judged(conn, place, document, check)
    if found.after != found.before:
        measures.put(conn, place, found.after, who)
    return found


def archive(conn: Connection, place: Place, check: Check) -> None:
    """Take it off lists and pages; its values are kept. 404 where there is none."""
    check(etag(_stored(conn, place)))
    measures.archive(conn, place)


def save_values(conn: Connection, place: Place, given: Given, *, dry_run: bool) -> Change:
    """Put a value at each day; the measure is locked, so that two who give values at once come one after the other."""
    _stored(conn, place)
    found = measure_values.change(measures.of_days(conn, place, list(given)), given)
    if not dry_run:
        measures.save_values(conn, place, given)
    return found


def warnings(conn: Connection, place: Place, document: Mapping[str, Any]) -> list[str]:
    """What looks like a mistake."""
    journey, stage, _ = place
    known = journeys.get(conn, journey)
    found = []
    if known is None:
        found.append(f"No journey ‘{journey}’ is known.")
    elif stage not in [one["key"] for one in (known.document or {}).get("stages", [])]:
        found.append(f"The journey ‘{journey}’ has no stage ‘{stage}’.")
    if document.get("target") is None:
        found.append("Without a target it is never green.")
    return found


def _stored(conn: Connection, place: Place) -> dict[str, Any]:
    document = measures.get(conn, place, lock=True)
    if document is None:
        raise not_found("measure", "/".join(place))
    return document
