"""What changing a journey means: the rules, the row, and the event in one transaction, the caller's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from services.survey import journey_events, places
from services.survey.store import journeys, responses, surveys
from shared.db import Connection
from shared.events import JOURNEYS, PUBLISHED, RETIRED, journey_type
from shared.outbox import OutboxRow, append
from shared.web.documents import etag
from shared.web.problems import Problem, not_found
from shared.web.state import now

Document = dict[str, Any]
CheckMatch = Callable[[str | None], None]


@dataclass(frozen=True)
class Change:
    """What a PUT does: `before` is the stored document (None: there was none), `warnings` what to think about."""

    before: Document | None
    after: Document
    warnings: list[str]


def put(
    conn: Connection, journey: str, document: Document, check_match: CheckMatch, *, dry_run: bool
) -> Change:
    """Store the map under its key, published with a higher revision where it changed.

    check_match: is given the stored document's ETag and raises where the caller wants another. Raises Problem 409
    where a place is missing that a survey uses.
    """
    stored = journeys.lock(conn, journey)
    before = stored["document"] if stored else None
    check_match(etag(before) if stored else None)
    _keep_used_places(conn, journey, document)
    if not dry_run and (stored is None or stored["archived"] or before != document):
        journeys.save(conn, journey, document)
        publish(conn, journey)
    return Change(before, document, _warnings(document))


def delete(conn: Connection, journey: str, check_match: CheckMatch) -> None:
    """Archive the journey. Raises Problem 404, or 409 while a survey of it is live."""
    stored = journeys.lock(conn, journey)
    if stored is None:
        raise not_found("journey", journey)
    check_match(etag(stored["document"]))
    live = [row["survey"] for row in surveys.of_journey(conn, journey) if row["status"] == "live"]
    if live:
        named = ", ".join(f"‘{key}’" for key in live)
        raise Problem(409, "The journey has live surveys", f"Archive or pause {named} first.")
    if not stored["archived"]:
        journeys.archive(conn, journey)
        _append(conn, journey, RETIRED, journey_events.retired(journey, stored["revision"] + 1))


def publish(conn: Connection, journey: str) -> None:
    """Tell the other services the map and its live surveys, under the journey's lock; not where it is archived."""
    stored = journeys.find(conn, journey)
    assert stored is not None, "only called for a journey that was just saved or locked"
    if not stored["archived"]:
        rows = surveys.of_journey(conn, journey)
        data = journey_events.published(journey, stored["revision"], stored["document"], rows)
        _append(conn, journey, PUBLISHED, data)


def _append(conn: Connection, journey: str, kind: str, data: Document) -> None:
    append(conn, [OutboxRow(JOURNEYS, journey, journey_type(kind), data, False, now())])


def _keep_used_places(conn: Connection, journey: str, document: Document) -> None:
    displaced = places.displaced(document, surveys.of_journey(conn, journey))
    if displaced:
        counts = responses.counts(conn, [row["survey"] for row in displaced])
        lines = [_used(row, counts.get(row["survey"], 0)) for row in displaced]
        detail = " ".join(lines) + " Keep it, or archive the survey first."
        raise Problem(409, "A survey uses this place", detail, {"stages": lines})


def _used(row: places.Document, count: int | None) -> str:
    return places.used_text(row["stage"], row["touchpoint"], count, row["status"], row["survey"])


def _warnings(document: Document) -> list[str]:
    if document.get("owner"):
        return []
    return [
        f"{stage.get('name', stage['key'])} has no owner; alerts go to the fallback."
        for stage in document.get("stages") or []
        if not stage.get("owner")
    ]
