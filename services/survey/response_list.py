"""Reading answers, the same for `/v1/responses` and for the pages: a query's filters, and what they find."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.survey.store import response_list as store
from services.survey.store import surveys
from services.survey.store.response_list import Wanted
from shared.db import Connection
from shared.events import SCALES, isoformat, parse_time
from shared.web.documents import decode_cursor, page
from shared.web.problems import invalid

PLACE = ("journey", "stage", "touchpoint", "survey", "metric")
_SCORES = re.compile(r"(\d{1,2})(?:-(\d{1,2}))?\Z", re.ASCII)
_TOP = max(high for _, high in SCALES.values())


def find(
    conn: Connection, query: dict[str, Any], zone: ZoneInfo, among: Collection[str] | None = None
) -> dict[str, Any]:
    """{items, next}: customers' answers that a loaded `ResponseList` asks for, newest first.

    Employees' answers are left out: next to a time and a place they would name their author. among: of these
    surveys only. Raises Problem 422 naming a filter, and psycopg.errors.QueryCanceled after 2 s.
    """
    since, until = bound("from", query["from_"], 0, zone), bound("to", query["to"], 1, zone)
    lowest, highest = scores(query["score"])
    filters = {name: query[name] for name in ("reason", "q", "with_comment")}
    after_time, after_id = _cursor(query["cursor"])
    wanted = Wanted(
        lowest, highest, since=since, until=until, after_time=after_time, after_id=after_id, **filters
    )
    rows = store.newest(conn, _keys(conn, query, among), wanted, query["limit"] + 1)
    for row in rows:
        row["answered_at"], row["received_at"] = isoformat(row["answered_at"]), isoformat(row["received_at"])
        row["answer_id"] = str(row["answer_id"])
    return page(rows, query["limit"], "answered_at", "answer_id")


def scores(text: str | None) -> tuple[int | None, int | None]:
    """(lowest, highest) of `7` or `0-6`; Problem 422 on `score` where it is neither."""
    if not text:
        return None, None
    found = _SCORES.match(text.strip())
    low, high = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not low <= high <= _TOP:
        raise invalid({"score": ["A score such as 7, or scores such as 0-6."]})
    return low, high


def _keys(conn: Connection, query: dict[str, Any], among: Collection[str] | None) -> list[str]:
    audience = query["audience"] or "customer"
    if audience != "customer":
        return []
    keys = surveys.keys_at(conn, {name: query[name] for name in PLACE} | {"audience": audience})
    return keys if among is None else [key for key in keys if key in among]


def bound(name: str, text: str | None, days: int, zone: ZoneInfo) -> datetime | None:
    """A time with a zone as it is; a day as its start in REPORT_TZ, `days` later."""
    if not text:
        return None
    try:
        if len(text) == len("2026-11-22"):
            day = date.fromisoformat(text) + timedelta(days=days)
            return datetime.combine(day, time(), zone).astimezone(UTC)
        return parse_time(text)
    except (ValueError, OverflowError) as error:
        message = "Neither a day such as 2026-11-22 nor a time with a zone such as 2026-11-22T08:00:00Z."
        raise invalid({name: [message]}) from error


def _cursor(text: str | None) -> tuple[datetime | None, UUID | None]:
    values = decode_cursor(text, 2)
    if values is None:
        return None, None
    try:
        return parse_time(str(values[0])), UUID(str(values[1]))
    except (ValueError, OverflowError) as error:
        raise invalid({"cursor": ["This is not a cursor of this list."]}) from error
