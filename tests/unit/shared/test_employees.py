"""What may be told of employees: the finest period with five answers, no two that overlap, and no small steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import employees
from shared.employees import FLOOR, NOTHING, SLOTS, Entry, closes, edition, last_day, told

ZONE = ZoneInfo("Europe/Berlin")
MONTHS = [date(2025, month, 1) for month in range(1, 13)]
NEVER = datetime(2024, 1, 1, tzinfo=UTC)
FAR = datetime(2030, 1, 1, tzinfo=UTC)


def counts(score: int, n: int = 1) -> tuple[int, ...]:
    return tuple(n * (slot == score) for slot in range(SLOTS))


def came(month: int, n: int, at: datetime = NEVER, score: int = 7) -> Entry:
    first = MONTHS[month - 1]
    return Entry(first, edition(first, at, ZONE), n, counts(score, n))


def gone(month: int, n: int, at: datetime, score: int = 7) -> Entry:
    first = MONTHS[month - 1]
    return Entry(first, edition(first, at, ZONE), 0, NOTHING, n, counts(score, n))


def names(entries: Iterable[Entry], until: datetime = FAR) -> list[tuple[str, int]]:
    return [(cell.name, cell.n) for cell in told(entries, until, ZONE)]


@pytest.mark.parametrize(
    ("by_month", "expected"),
    [
        ({10: 4}, []),
        ({10: 5}, [("October 2025", 5)]),
        ({10: 3, 11: 2}, [("Q4 2025", 5)]),
        ({10: 3, 11: 5}, [("November 2025", 5)]),
        ({1: 2, 4: 2, 7: 1}, [("2025", 5)]),
        ({1: 5, 4: 2, 7: 4}, [("January 2025", 5)]),
        ({1: 3, 2: 3, 4: 2, 7: 4}, [("Q1 2025", 6)]),
        ({10: 4, 11: 4, 12: 4}, [("2025", 12)]),  # three months of at most four: their sum would tell each
        ({10: 4, 11: 4, 12: 3}, [("Q4 2025", 11)]),
        (dict.fromkeys(range(1, 13), 4), []),
    ],
)
def test_the_finest_period_with_five_that_no_told_one_is_part_of(
    by_month: dict[int, int], expected: list[tuple[str, int]]
) -> None:
    assert names(came(month, n) for month, n in by_month.items()) == expected


def test_a_period_is_told_when_nothing_more_can_come_in_time() -> None:
    october, quarter = [came(10, 5)], [came(10, 3), came(11, 2)]
    assert closes(date(2025, 10, 31), ZONE) == datetime(2025, 11, 8, 23, tzinfo=UTC)  # 9 November in Berlin
    before = timedelta(seconds=1)
    for entries, last in ((october, date(2025, 10, 31)), (quarter, date(2025, 12, 31))):
        assert names(entries, closes(last, ZONE) - before) == []
        assert len(names(entries, closes(last, ZONE))) == 1
    assert told(october, None, ZONE) == []


def test_what_comes_late_waits_for_five_and_what_is_taken_out_for_five() -> None:
    later = datetime(2026, 3, 1, 12, tzinfo=UTC)
    first = came(10, 6)
    four, fifth = came(10, 4, later, score=9), came(10, 1, later + timedelta(hours=1), score=0)
    assert names([first, four]) == [("October 2025", 6)]
    assert names([first, four, fifth]) == [("October 2025", 11)]
    assert names([first, gone(10, 4, later)]) == [("October 2025", 6)]
    assert names([first, gone(10, 5, later)]) == []  # one is left
    changed = Entry(
        MONTHS[9],
        edition(MONTHS[9], later, ZONE),
        0,
        tuple(b - a for a, b in zip(counts(7), counts(0), strict=True)),
    )
    assert told([first, changed], FAR, ZONE)[0].counts == counts(7, 6)
    assert told([first, changed, four, fifth], FAR, ZONE)[0].counts[0] == 2


def test_a_quarter_that_was_told_stays_one_whatever_comes() -> None:
    later = datetime(2026, 3, 1, 12, tzinfo=UTC)
    thin = [came(10, 3), came(11, 2)]
    assert names([*thin, came(11, 30, later)]) == [("Q4 2025", 35)]
    assert names([came(10, 3), came(11, 30, later)]) == [("November 2025", 30)]


def test_all_of_an_import_is_looked_at_together() -> None:
    at = datetime(2026, 6, 1, 9, 0, 5, tzinfo=UTC)
    thin = [came(month, 2, at) for month in (1, 2)] + [came(3, 20, at)]
    assert names(thin) == [("March 2025", 20)]
    assert edition(MONTHS[0], at, ZONE) == datetime(2026, 6, 1, 9, 1, tzinfo=UTC)


ANSWER = st.tuples(
    st.integers(1, 12), st.integers(1, 6), st.integers(0, 10), st.integers(0, 500), st.booleans()
)


def history(drawn: Sequence[tuple[int, int, int, int, bool]]) -> list[Entry]:
    """Answers and takings-out of any month, recorded on any day of the next 500."""
    entries = []
    for month, n, score, days, taken in drawn:
        at = datetime(2025, month, 1, tzinfo=UTC) + timedelta(days=days)
        make = gone if taken else came
        entries.append(make(month, n, at, score))
    return entries


@settings(max_examples=150)
@given(st.lists(ANSWER, max_size=25))
def test_cells_have_five_and_never_overlap_at_any_two_moments(
    drawn: list[tuple[int, int, int, int, bool]],
) -> None:
    entries = history(drawn)
    looks = sorted({entry.edition for entry in entries} | {closes(last_day(month), ZONE) for month in MONTHS})
    seen: set[tuple[date, date]] = set()
    for at in looks:
        shown = told(entries, at, ZONE)
        assert all(cell.n >= FLOOR for cell in shown)
        seen |= {(cell.first, cell.last) for cell in shown}
    for one, other in combinations(seen, 2):
        assert one[1] < other[0] or other[1] < one[0]


def versions(entries: Sequence[Entry]) -> dict[date, list[int]]:
    """How many answers each period was told to have, look after look."""
    looks = sorted({entry.edition for entry in entries} | {closes(last_day(month), ZONE) for month in MONTHS})
    found: dict[date, list[int]] = {}
    for at in looks:
        for cell in told(entries, at, ZONE):
            found.setdefault(cell.first, []).append(cell.n)
    return found


def steps(entries: Sequence[Entry]) -> set[int]:
    return {abs(b - a) for ns in versions(entries).values() for a, b in pairwise(ns)} - {0}


@settings(max_examples=100)
@given(st.lists(ANSWER, max_size=25))
def test_two_looks_differ_by_five_answers_or_not_at_all(drawn: list[tuple[int, int, int, int, bool]]) -> None:
    coming = history([(*one[:4], False) for one in drawn])
    assert all(step >= FLOOR for step in steps(coming))
    full = [came(month, 60) for month in range(1, 13)]
    going = [gone(m, n, datetime(2026, 1, 20, tzinfo=UTC) + timedelta(days=d)) for m, n, _, d, _ in drawn]
    assert all(step >= FLOOR for step in steps([*full, *going]))


def test_periods_have_names_a_person_uses() -> None:
    assert employees.period_name(date(2026, 10, 1), date(2026, 10, 31)) == "October 2026"
    assert employees.period_name(date(2026, 7, 1), date(2026, 9, 30)) == "Q3 2026"
    assert employees.period_name(date(2026, 1, 1), date(2026, 12, 31)) == "2026"
    assert [last_day(date(2024, month, 1)).day for month in (1, 2, 12)] == [31, 29, 31]
