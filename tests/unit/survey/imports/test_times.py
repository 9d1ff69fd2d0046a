from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.survey.imports.problems import CellProblem
from services.survey.imports.times import NaiveTime, always_naive, check_format, time_parser, zone


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date_format", "time_zone", "text", "wanted"),
    [
        (None, "America/Sao_Paulo", "2018-01-18 21:46:59", at(2018, 1, 18, 23, 46, 59)),
        (None, None, "2018-01-18T21:46:59Z", at(2018, 1, 18, 21, 46, 59)),
        (None, "Europe/Berlin", "2018-01-18T21:46:59+05:30", at(2018, 1, 18, 16, 16, 59)),
        (None, "Europe/Berlin", "2018-01-18", at(2018, 1, 17, 23)),
        ("%d.%m.%Y %H:%M", "Europe/Berlin", "18.07.2018 21:46", at(2018, 7, 18, 19, 46)),
        ("%d.%m.%Y %H:%M %z", None, "18.07.2018 21:46 +0200", at(2018, 7, 18, 19, 46)),
        ("unix", None, "1532000000.5", datetime(2018, 7, 19, 11, 33, 20, 500_000, UTC)),
        ("unix_ms", None, "1532000000500", datetime(2018, 7, 19, 11, 33, 20, 500_000, UTC)),
    ],
)
def test_times(date_format: str | None, time_zone: str | None, text: str, wanted: datetime) -> None:
    assert time_parser(date_format, time_zone)(text) == wanted


def test_a_time_that_came_twice_is_its_first_occurrence() -> None:
    parse = time_parser(None, "Europe/Berlin")
    assert parse("2025-10-26 02:30:00") == at(2025, 10, 26, 0, 30), "still summer time, not 01:30 UTC"


def test_a_time_that_never_came_counts_on_from_before_the_gap() -> None:
    parse = time_parser(None, "Europe/Berlin")
    assert parse("2025-03-30 02:30:00") == parse("2025-03-30 03:30:00") == at(2025, 3, 30, 1, 30)


def test_a_local_time_needs_a_zone() -> None:
    with pytest.raises(NaiveTime):
        time_parser(None, None)("2018-01-18 21:46:59")


@pytest.mark.parametrize("text", ["soon", "2018-13-01", "0001-01-01 00:00:00", "99999999999999999999"])
@pytest.mark.parametrize("date_format", [None, "%Y-%m-%d %H:%M:%S", "unix"])
def test_what_is_no_time_is_named(text: str, date_format: str | None) -> None:
    if date_format == "unix" and text.startswith("2018"):
        text = "nan"
    with pytest.raises(CellProblem, match="is not a time"):
        time_parser(date_format, "Asia/Tokyo")(text)


@pytest.mark.parametrize("date_format", ["%H:%M", "%d %m", "%Q", "%", "plain"])
def test_a_format_must_name_a_day(date_format: str) -> None:
    with pytest.raises(ValueError, match=date_format):
        check_format(date_format)


@pytest.mark.parametrize("name", ["Mars/Phobos", "../etc/passwd", "", "Europe"])
def test_a_zone_must_exist(name: str) -> None:
    with pytest.raises(ValueError, match="not an IANA time zone"):
        zone(name)


def test_which_formats_never_say_their_offset() -> None:
    assert always_naive("%Y-%m-%d")
    assert not always_naive("%Y-%m-%d %z")
    assert not always_naive("unix")
    assert not always_naive(None)
