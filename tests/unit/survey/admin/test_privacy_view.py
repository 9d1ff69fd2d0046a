"""What the pages of privacy show of an export and of a noted filter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.survey.admin.privacy_view import LATEST, file_name, in_words, kept

DAY = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
NOTHING: dict[str, Any] = {
    "answers": [],
    "contacts": [],
    "contact_details": [],
    "follow_ups": [],
    "rejected_rows": [],
    "waiting_imports": [],
    "erased_at": [],
}


def answer(day: int, **fields: Any) -> dict[str, Any]:
    return {
        "survey": "a",
        "answered_at": DAY + timedelta(days=day),
        "comment": None,
        "verified": True,
    } | fields


def test_nothing_is_kept() -> None:
    found = kept(NOTHING | {"erased_at": [DAY]})
    assert (found["nothing"], found["answers"], found["first"], found["never"]) == (True, 0, None, False)


def test_counts_and_the_latest_first() -> None:
    answers = [answer(day, survey="ab"[day % 2]) for day in range(LATEST + 1)]
    answers[3] |= {"comment": "words", "verified": False}
    found = kept(NOTHING | {"answers": answers, "contacts": [{"never_at": None}, {"never_at": DAY}]})
    assert (found["answers"], found["comments"], found["unverified"]) == (LATEST + 1, 1, 1)
    assert found["surveys"] == [("a", 11), ("b", 10)]
    assert found["latest"] == answers[:0:-1]
    assert (found["first"], found["last"]) == (DAY, DAY + timedelta(days=LATEST))
    assert (found["never"], found["nothing"]) == (True, False)


def test_a_contact_is_something() -> None:
    assert kept(NOTHING | {"contact_details": [{"email": "ana@shop.example"}]})["nothing"] is False


def test_a_file_that_waits_is_something() -> None:
    found = kept(NOTHING | {"waiting_imports": [{"file_name": "x.csv"}]})
    assert (found["nothing"], found["waiting_imports"]) == (False, ["x.csv"])


def test_names_of_files_and_filters() -> None:
    assert file_name(DAY) == "person-2026-11-20-093000.json"
    assert in_words({"survey": "a", "score": "0-6", "audience": "customer"}) == "survey a, score 0-6"
    assert in_words({"audience": "employee", "from": "2026-01-01"}) == "audience employee, from 2026-01-01"
    assert in_words({"q": True, "respondent": True}) == "words in the comment, one respondent"
