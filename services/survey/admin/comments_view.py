"""What the page of comments shows, and its CSV. Pure: rows in, texts out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from services.survey.imports.rejects import harmless
from shared.events import SCALES

Names = Mapping[tuple[str, ...], str]
Row = Mapping[str, Any]

COLUMNS = (
    "answered_at", "journey", "stage", "touchpoint", "survey", "survey_revision", "metric", "score", "comment",
    "reasons", "segments", "lang", "channel", "historic",
)  # fmt: skip
PLACE = ("journey", "stage", "touchpoint")
FILTERS = (*PLACE, "survey", "metric", "score", "reason", "q", "from", "to")


def place_of(given: Mapping[str, str]) -> dict[str, str]:
    """{journey, stage, touchpoint} as far as the query names them: one by one, or as `place=shop/delivery`."""
    parts = [part for part in given.get("place", "").split("/") if part]
    named = dict(zip(PLACE, parts, strict=False))
    return named or {name: given[name] for name in PLACE if given.get(name)}


def place_options(journeys: Iterable[Row]) -> list[tuple[str, str]]:
    """Every journey, stage and touchpoint to choose from, indented by its depth."""
    found = []
    for row in journeys:
        found.append((row["journey"], row["document"]["name"]))
        for stage in row["document"].get("stages") or []:
            key = f"{row['journey']}/{stage['key']}"
            found.append((key, f"\u2003{stage.get('name') or stage['key']}"))
            found += [
                (f"{key}/{point['key']}", f"\u2003\u2003{point.get('name') or point['key']}")
                for point in stage.get("touchpoints") or []
            ]
    return found


def reason_options(surveys: Iterable[Row]) -> list[tuple[str, str]]:
    """The reasons of these surveys, by key, each with its first label."""
    found: dict[str, str] = {}
    for row in surveys:
        for reason in row["document"].get("reasons") or []:
            label = reason.get("label") or {}
            found.setdefault(reason["key"], next(iter(label.values()), reason["key"]))
    return sorted(found.items(), key=lambda item: item[1].lower())


def shown(row: Row, names: Names, reasons: Mapping[str, str], q: str | None) -> dict[str, Any]:
    """One answer for the page: {…row, place[], scale, reason_names[], facts[], parts[(text, is_found)]}."""
    keys = tuple(row[name] for name in PLACE)
    low, high = SCALES[row["metric"]]
    facts = [f"{key}: {value}" for key, value in sorted(row["segments"].items())]
    if row["channel"]:
        facts.append(row["channel"])
    if row["historic"]:
        facts.append("imported or late")
    return {
        **row,
        "place": [names.get(keys[: depth + 1], keys[depth]) for depth in range(3)],
        "scale": f"{row['metric'].upper()} {low}–{high}",
        "reason_names": [reasons.get(key, key) for key in row["reasons"]],
        "facts": facts,
        "parts": parts(row["comment"] or "", q),
    }


def parts(text: str, q: str | None) -> list[tuple[str, bool]]:
    """The text in pieces, those that were searched for marked: [("a ", False), ("late", True), (" one", False)]."""
    if not q:
        return [(text, False)] if text else []
    pieces = re.split(f"({re.escape(q)})", text, flags=re.IGNORECASE)
    return [(piece, index % 2 == 1) for index, piece in enumerate(pieces) if piece]


def as_csv(pages: Iterable[Sequence[Row]]) -> Iterator[str]:
    """The answers as CSV, a block a page, the header first; nothing in it is a formula to a spreadsheet."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for rows in pages:
        for row in rows:
            writer.writerow([harmless(_cell(row[name])) for name in COLUMNS])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, dict):
        return "; ".join(f"{key}={text}" for key, text in sorted(value.items()))
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
