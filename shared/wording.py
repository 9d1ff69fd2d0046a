"""Numbers, dates and names as a person reads them, in English and in REPORT_TZ."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

_LONGEST_NAME = 100
_WORDS = ("", "", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MINUS = "\N{MINUS SIGN}"
_DIRECTION = {"\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"}


def clean(name: str) -> str:
    """A name fit for one line: no line breaks, control or direction-override characters, at most 100 characters."""
    shown = (c for c in name if c not in _DIRECTION)
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") else c for c in shown)
    flat = " ".join(kept.split())
    return flat if len(flat) <= _LONGEST_NAME else flat[: _LONGEST_NAME - 1].rstrip() + "…"


def score(metric: str, value: float) -> str:
    """41 or −8 for NPS, 61 % for CSAT and CES."""
    number = f"{whole(value)}".replace("-", _MINUS)
    return number if metric == "nps" else f"{number} %"


def between(metric: str, low: float, high: float) -> str:
    """An interval within the scale: 40 to 42, −8 to 12, 57 % to 65 %."""
    floor = -100 if metric == "nps" else 0
    return f"{score(metric, max(floor, low))} to {score(metric, min(100, high))}"


def signed(points: float) -> str:
    """−15, +2, 0, with a true minus, rounded half away from zero."""
    number = whole(points)
    return f"{number:+d}".replace("-", _MINUS) if number else "0"


def whole(value: float) -> int:
    """Rounded half away from zero, so that -0.5 and 0.5 mirror each other."""
    return int(abs(value) + 0.5) * (1 if value >= 0 else -1)


def amount(value: float, unit: str | None) -> str:
    """4.2 min, 12 %, 1,250: as many digits as tell, with a true minus."""
    return _with_unit(_digits(value), unit)


def amounts(values: Sequence[float | None], unit: str | None) -> list[str | None]:
    """The same of values that stand together, all with as many decimals as the one that needs most: 4.25 and 4.00."""
    found = [None if value is None else _digits(value) for value in values]
    most = max((len(text.partition(".")[2]) for text in found if text and "e" not in text), default=0)
    return [
        text and _with_unit(text if "e" in text else f"{value:,.{most}f}", unit)
        for value, text in zip(values, found, strict=True)
    ]


def _digits(value: float) -> str:
    size = abs(value)
    places = 0 if size >= 100 else 1 if size >= 10 else 2
    text = f"{value:,.{places}f}" if size >= 0.1 or not value else f"{value:.2g}"
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def _with_unit(text: str, unit: str | None) -> str:
    number = text.lstrip("-") if not text.strip("-0.") else text.replace("-", _MINUS)
    return f"{number} {clean(unit)}" if unit else number


def share(value: float) -> str:
    """45 % for .45; below 10 % with one decimal."""
    return f"{100 * value:.1f} %" if 0 < value < 0.095 else f"{whole(100 * value)} %"


def unit(metric: str, points: int) -> str:
    """What a difference is counted in."""
    kind = "point" if metric == "nps" else "percentage point"
    return kind if abs(points) == 1 else f"{kind}s"


def answers(n: int) -> str:
    return f"{n:,} answer" if n == 1 else f"{n:,} answers"


def day(moment: datetime, seen_from: datetime) -> str:
    """Thu 13 Nov, with the year where it is not the reader's."""
    year = f" {moment.year}" if moment.year != seen_from.year else ""
    return f"{moment:%a} {moment.day} {moment:%b}{year}"


def moment(at: datetime, seen_from: datetime) -> str:
    """Thursday 13 Nov, 14:00 CET."""
    year = f" {at.year}" if at.year != seen_from.year else ""
    return f"{at:%A} {at.day} {at:%b}{year}, {at:%H:%M %Z}"


def lasting(span: timedelta) -> str:
    """12 days, 1 day, 5 hours: the larger unit only, never 0."""
    if span >= timedelta(days=1):
        return _plural(round(span / timedelta(days=1)), "day")
    if span >= timedelta(hours=1):
        return _plural(round(span / timedelta(hours=1)), "hour")
    return _plural(max(1, round(span / timedelta(minutes=1))), "minute")


def how_often(per_year: float) -> str:
    """A false-alarm budget in words: .5 a year is 'less than once in two years'."""
    if per_year > 1:
        return f"less than {per_year:.2g} times a year"
    years = 1 / per_year
    if years < 1.05:
        return "less than once a year"
    rounded = round(years)
    exact = abs(years - rounded) < 0.05
    number = (_WORDS[rounded] if rounded < len(_WORDS) else f"{rounded}") if exact else f"{years:.1f}"
    return f"less than once in {number} years"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
