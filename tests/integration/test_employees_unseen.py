"""What is not told of employees changes nothing that anybody can see: no answer of the API, no page, no file.

Everything is looked at, then employees answer where it may not be told, then everything is looked at again: whatever
could be learned, by one look or by the difference of two, would be a difference here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.settings import Settings
from tests.integration.staff import YEAR, Staff
from tests.integration.whole_shop import Shop


@pytest.fixture
def staff(settings: Settings) -> Iterator[Staff]:
    with ExitStack() as stack:
        found = Staff(Shop(settings, stack))
        yield found
        found.live.close()
        found.aggregator.close()


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """What was asked and answered otherwise than before, with the place where it differs."""
    assert before.keys() == after.keys()
    asked = (one for one in before if "comments" not in one and before[one] != after[one])
    return [f"{one}: {_difference(before[one], after[one])}" for one in asked]


def _difference(one: str, other: str) -> str:
    at = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return f"{one[max(0, at - 60) : at + 60]!r} became {other[max(0, at - 60) : at + 60]!r}"


def words(staff: Staff) -> list[list[str]]:
    answer = staff.clients["survey"].get(
        "/v1/employee-comments", query_string={"journey": "shop", "stage": "delivery"}
    )
    assert answer.json
    return [sorted(one["comments"]) for one in answer.json["items"]]


def test_nobody_can_see_what_is_not_told_of_employees(staff: Staff) -> None:
    staff.answered(9, month=2)
    staff.answered(3, month=5)
    staff.arrive()
    first, said = staff.look(), words(staff)
    assert [len(texts) for texts in said] == [9]
    assert any('"n":9' in text.replace(" ", "") and f"February {YEAR}" in text for text in first.values())
    staff.answered(4, month=2, score=10)  # fewer than five more of what is told
    staff.answered(1, month=5, score=0)  # four in all
    staff.answered(4, month=2, survey="staff-csat", score=1)
    staff.answered(7, month=None, score=0)  # their month is not over
    staff.arrive()
    seen = changed(first, staff.look())
    assert not seen, "\n".join(seen)
    assert words(staff) == said
    staff.answered(1, month=2, score=10)  # five more: now it is told, so the test above could have failed
    staff.arrive()
    assert changed(first, staff.look()) != []
    assert [len(texts) for texts in words(staff)] == [14]


def test_nothing_is_kept_that_tells_one_employee_from_another(staff: Staff) -> None:
    staff.answered(1, month=2)
    staff.answered(1, month=None)
    form = {"respondent": "staff-1", "sig": "x"}
    staff.shop.survey.call("GET", "/v1/surveys/staff-nps/form", None, query_string=form)
    rows = staff.shop.survey.rows(
        """SELECT r.respondent, r.attributes, r.segments, r.lang, r.channel, r.answered_at FROM response AS r
           JOIN survey AS s USING (survey) WHERE s.audience = 'employee' ORDER BY answered_at"""
    )
    zone = staff.shop.settings.report_tz
    months = [
        datetime(YEAR, 2, 1, tzinfo=zone),
        datetime.now(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0),
    ]
    assert [row.pop("answered_at") for row in rows] == months
    nothing: dict[str, Any] = {
        "respondent": None,
        "attributes": {},
        "segments": {},
        "lang": None,
        "channel": None,
    }
    assert rows == [nothing, nothing]
    kept = staff.shop.survey.call("POST", "/v1/respondents/export", json={"respondent": "staff-1"})
    assert (kept.status_code, "staff-nps" in kept.text) == (200, False)
    assert staff.shop.survey.rows("SELECT 1 FROM contact WHERE survey = 'staff-nps'") == []
    (event, _) = [
        one["data"]
        for one in staff.shop.survey.events("survey.responses")
        if one["data"]["survey"] == "staff-nps"
    ]
    assert (event["segments"], event["answered_at"][:10]) == ({}, months[0].astimezone(UTC).isoformat()[:10])


def test_a_link_of_ones_own_cannot_look_an_answer_up(staff: Staff) -> None:
    asked = {"links": [{"respondent": "staff-1"}]}
    refused = staff.shop.survey.call("POST", "/v1/surveys/staff-nps/links", json=asked)
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["links"])
    made = staff.shop.survey.call("POST", "/v1/surveys/delivery-nps/links", json=asked).json["items"][0]
    page = staff.shop.survey.call("GET", "/s/staff-nps", None, query_string={"t": made["token"]})
    assert "staff-1" not in page.text


def test_employees_are_taken_out_by_whole_months_and_uncounted(staff: Staff) -> None:
    staff.answered(6, month=2)
    staff.answered(2, month=3)
    call = staff.shop.survey.call
    wanted = {"audience": "employee", "survey": "staff-nps", "from": f"{YEAR}-02-01", "to": f"{YEAR}-02-28"}
    wanted["to"] = (datetime(YEAR, 3, 1) - timedelta(days=1)).date().isoformat()
    for wrong in (
        {"from": f"{YEAR}-02-02"},
        {"to": f"{YEAR}-02-27"},
        {"from": f"{YEAR}-02-01T00:00:00Z"},
        {"channel": "page"},
    ):
        refused = call("POST", "/v1/responses/void?dry_run=true", json=wanted | wrong)
        assert (refused.status_code, list(refused.json["errors"])) == (422, list(wrong))
    done = call("POST", "/v1/responses/void", json=wanted)
    assert (done.status_code, done.json["answers"], done.json["surveys"]) == (200, None, {})
    (left,) = staff.shop.survey.rows(
        "SELECT count(*) AS n FROM response WHERE survey = 'staff-nps' AND voided_at IS NULL"
    )
    assert left["n"] == 2
