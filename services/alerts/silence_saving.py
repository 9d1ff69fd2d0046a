"""What it takes to save or end a silence, for `/v1/silences` and the page alike. Raises Problem naming the field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError

from services.alerts import routing, silencing
from services.alerts.schemas.silences import period
from services.alerts.store import silences, stories
from shared.db import Connection
from shared.web.documents import check_slug, etag
from shared.web.problems import invalid, not_found

# Raises where the document that the caller has seen is not the stored one (its ETag, None where there is none).
Check = Callable[[str | None], None]
Period = tuple[datetime, datetime]


@dataclass(frozen=True)
class Judged:
    """A silence that may be saved: as it is stored (None: there is none yet), as it will be, and when that holds."""

    before: dict[str, Any] | None
    after: dict[str, Any]
    period: Period


def judged(conn: Connection, zone: ZoneInfo, silence: str, document: dict[str, Any], check: Check) -> Judged:
    """The silence, if it may be saved; it is locked until the transaction ends."""
    check_slug("silence", silence)
    when = times(document, zone)
    row = silences.get(conn, silence, lock=True)
    stored = row["document"] if row else None
    check(etag(stored) if stored else None)
    return Judged(stored, document, when)


def save(
    conn: Connection, zone: ZoneInfo, silence: str, document: dict[str, Any], check: Check, who: str
) -> Judged:
    """Make the silence, change it, or revive it. What it no longer mutes is told at once."""
    found = judged(conn, zone, silence, document, check)
    if found.after != found.before:
        silences.put(conn, silence, found.after, *found.period, who, datetime.now(UTC))
    return found


def archive(conn: Connection, silence: str, check: Check) -> None:
    """End it for good: what it muted and is still open is told at once. 404 where there is none."""
    row = silences.get(conn, silence, lock=True)
    if row is None:
        raise not_found("silence", silence)
    check(etag(row["document"]))
    silences.archive(conn, silence, datetime.now(UTC))


def times(document: dict[str, Any], zone: ZoneInfo) -> Period:
    """When it begins, and from when on it is over."""
    try:
        return period(document, zone)
    except ValidationError as error:
        raise invalid(error.normalized_messages()) from error


def outlook(conn: Connection, document: dict[str, Any], ends_at: datetime, now: datetime) -> dict[str, Any]:
    """{warnings, would_have_matched}: what looks like a mistake, and what it would have muted in the last 90 days."""
    found = silences.would_have_muted(conn, document, now - silencing.LOOK_BACK)
    warnings = [] if any(map(document.get, silencing.CRITERIA)) else ["This silences everything."]
    if ends_at <= now:
        warnings.append("This is over already.")
    journey, stage = document.get("journey"), document.get("stage")
    journey_map = stories.journey_map(conn, journey) if journey else None
    if journey and journey_map is None:
        warnings.append(f"No journey ‘{journey}’ is known.")
    elif journey_map and stage and not routing.stage_of(journey_map, stage):
        warnings.append(f"The journey ‘{journey}’ has no stage ‘{stage}’.")
    return {"warnings": warnings, "would_have_matched": found}
