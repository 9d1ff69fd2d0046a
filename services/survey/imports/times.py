"""Times as a CSV file writes them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.survey.imports.problems import CellProblem

UNIX, UNIX_MS = "unix", "unix_ms"
ParseTime = Callable[[str], datetime]


def zone(name: str) -> ZoneInfo:
    """The IANA time zone `name`. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"‘{name}’ is not an IANA time zone such as Europe/Berlin") from error


def check_format(date_format: str) -> None:
    """Raises ValueError where `date_format` can't describe a day."""
    if date_format in (UNIX, UNIX_MS):
        return
    sample = datetime(2001, 12, 31, 13, 14, 15, tzinfo=UTC)
    try:
        same_day = datetime.strptime(sample.strftime(date_format), date_format).date() == sample.date()
    except ValueError as error:
        raise ValueError(f"‘{date_format}’ is not a strptime format: {error}") from error
    if not same_day:
        raise ValueError(f"‘{date_format}’ doesn't hold year, month and day")


def always_naive(date_format: str | None) -> bool:
    """Whether times in this format never say their offset, so that the mapping must name a time zone."""
    return date_format is not None and date_format not in (UNIX, UNIX_MS) and "%z" not in date_format


def time_parser(date_format: str | None, time_zone: str | None) -> ParseTime:
    """A function from a cell to an aware UTC time; it raises CellProblem, and NaiveTime without a zone.

    date_format: a strptime format, `unix` or `unix_ms`; None is ISO 8601. A time with an offset keeps it. A local
    time that happened twice (clocks set back) is its first occurrence; one that never happened (clocks set
    forward) counts on with the offset from before the gap: 02:30 becomes 03:30.
    """
    read = _reader(date_format)
    tz = zone(time_zone) if time_zone else None

    def parse(text: str) -> datetime:
        try:
            moment = read(text)
            if moment.tzinfo is None:
                if tz is None:
                    raise NaiveTime(f"{text} has no offset and the mapping no time zone")
                moment = moment.replace(tzinfo=tz, fold=0)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise CellProblem(f"‘{text}’ is not a time ({_wanted(date_format)})") from error

    return parse


class NaiveTime(CellProblem):
    """A local time, and nothing says of which place."""


def _reader(date_format: str | None) -> ParseTime:
    if date_format is None:
        return datetime.fromisoformat
    if date_format == UNIX:
        return lambda text: datetime.fromtimestamp(float(text), UTC)
    if date_format == UNIX_MS:
        return lambda text: datetime.fromtimestamp(float(text) / 1000, UTC)
    wanted: str = date_format
    return lambda text: datetime.strptime(text, wanted)


def _wanted(date_format: str | None) -> str:
    if date_format in (UNIX, UNIX_MS):
        return "seconds since 1970" if date_format == UNIX else "milliseconds since 1970"
    return f"wanted {date_format}" if date_format else "wanted 2026-11-22 14:05 or ISO 8601"
