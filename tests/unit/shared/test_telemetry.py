"""Logs: an error is told with its place and causes, and never with the row that a database quotes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg
import pytest

from shared.telemetry import describe

PLANTED = "Key (comment)=(my private words) already exists."


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    try:
        raise error from cause
    except (RuntimeError, ValueError, psycopg.Error) as caught:
        return caught


def test_a_database_error_is_told_by_its_sqlstate() -> None:
    text = describe(raised(psycopg.errors.UniqueViolation(PLANTED)))
    assert "UniqueViolation: SQLSTATE 23505" in text
    assert "private" not in text


def test_so_is_one_that_caused_another() -> None:
    text = describe(
        raised(RuntimeError("the import stopped"), raised(psycopg.errors.UniqueViolation(PLANTED)))
    )
    assert "private" not in text
    assert text.index("SQLSTATE 23505") < text.index("RuntimeError: the import stopped")


def test_other_errors_keep_their_message_and_place() -> None:
    text = describe(raised(ValueError("no such thing")))
    assert "ValueError: no such thing" in text
    assert "test_telemetry.py" in text


@pytest.mark.parametrize(
    "call",
    [
        lambda: int("my private words"),
        lambda: dict[str, int]()["my private words"],
        lambda: float("my 'private' words"),
        lambda: getattr(None, "private words"),
        lambda: datetime.fromisoformat("my private words"),
        lambda: ZoneInfo("my private words"),
    ],
)
def test_a_value_that_python_quotes_is_left_out(call: Callable[[], object]) -> None:
    with pytest.raises((ValueError, LookupError, AttributeError)) as caught:
        call()
    told = describe(caught.value).splitlines()[-1]  # what is above are lines of our own code
    assert "private" not in told
    assert told.startswith(type(caught.value).__name__)
