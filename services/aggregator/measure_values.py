"""A measure's values as they are sent or typed: JSON or CSV in, a value a day out. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Given = dict[date, float | None]
"""A value a day; None takes the day's value out."""
MOST = 4000
LARGEST = 1e12
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# `\d+\.?\d*` would try every way to split a long row of digits in two: minutes for one cell.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_YEARS = range(1990, 2990)
_FIELDS = {"day", "value"}
WRITE_A_DAY, WRITE_A_NUMBER = "Write a day, 2026-11-24.", "Write a number, 4.5."


class Wrong(Exception):
    """`errors` maps a path (`[3].value`, or `line 4` of a CSV) to what is wrong there."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Change:
    """What giving values changes: how many days get their first value, another one, none any more, or stay."""

    added: int
    changed: int
    removed: int
    unchanged: int


def of_json(items: Any, today: date) -> Given:
    """The values of a JSON array of {day, value}. Raises Wrong with every mistake."""
    if not isinstance(items, list):
        raise Wrong({"body": ['Send a JSON array: [{"day": "2026-11-24", "value": 4.5}].']})
    rows: list[tuple[str, str, Any, Any]] = []
    wrong: dict[str, list[str]] = {}
    for index, item in enumerate(items):
        if not isinstance(item, dict) or set(item) != _FIELDS:
            wrong[f"[{index}]"] = ["Give day and value, and nothing else."]
        else:
            rows.append((f"[{index}].day", f"[{index}].value", item["day"], item["value"]))
    return _checked(rows, wrong, today)


def of_csv(text: str, today: date) -> Given:
    """The values of a table `day,value`; its first line may name the columns. Raises Wrong with every mistake.

    With semicolons between columns (as spreadsheets of most of Europe write) a value may have a decimal comma.
    """
    text = text.removeprefix("\ufeff")
    separator = next((one for one in (";", "\t") if one in text), ",")
    rows: list[tuple[str, str, Any, Any]] = []
    wrong: dict[str, list[str]] = {}
    for line, cells in _lines(text, separator):
        if not rows and not wrong and [cell.lower() for cell in cells] == ["day", "value"]:
            continue
        at = f"line {line}"
        if len(cells) != len(_FIELDS):
            wrong[at] = ["Give a day and a value: 2026-11-24,4.5."]
        else:
            rows.append((at, at, cells[0], _number(cells[1], separator)))
    return _checked(rows, wrong, today)


def change(stored: Mapping[date, float], given: Given) -> Change:
    """What given values change of the stored ones."""
    removed = sum(value is None and day in stored for day, value in given.items())
    added = sum(value is not None and day not in stored for day, value in given.items())
    changed = sum(
        value is not None and day in stored and stored[day] != value for day, value in given.items()
    )
    return Change(added, changed, removed, len(given) - removed - added - changed)


def differences(stored: Mapping[date, float], given: Given) -> list[tuple[date, float | None, float | None]]:
    """(day, value now, value then) of each day that given values change, the first day first."""
    found = [(day, stored.get(day), value) for day, value in sorted(given.items())]
    return [one for one in found if one[1] != one[2]]


def _lines(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each line that is not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise Wrong({f"line {reader.line_num}": [f"This is no CSV: {error}."]}) from error


def _number(text: str, separator: str) -> Any:
    """A cell as JSON would have it: a number, None where it is empty, else the text, which is refused."""
    text = text.replace(",", ".") if separator != "," else text
    if not text:
        return None
    return float(text) if _NUMBER.fullmatch(text) else text


def _checked(rows: list[tuple[str, str, Any, Any]], wrong: dict[str, list[str]], today: date) -> Given:
    if len(rows) + len(wrong) > MOST:
        raise Wrong({"body": [f"At most {MOST:,} days at once."]})
    found: Given = {}
    for day_at, value_at, day, value in rows:
        parsed, said = _day(day, today)
        if parsed in found and not said:
            said = f"{parsed} is there twice."
        if said:
            wrong.setdefault(day_at, []).append(said)
        if not _is_value(value):
            wrong.setdefault(value_at, []).append(WRITE_A_NUMBER)
        elif parsed and not said:
            found[parsed] = None if value is None else float(value)
    if wrong:
        raise Wrong(wrong)
    return found


def _day(text: Any, today: date) -> tuple[date | None, str]:
    try:
        found = date.fromisoformat(text) if isinstance(text, str) and _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        return None, WRITE_A_DAY
    return found, f"{found} has not come yet." if found > today else ""


def _is_value(value: Any) -> bool:
    if value is None:
        return True
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -LARGEST <= value <= LARGEST
