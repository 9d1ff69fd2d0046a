"""What is not told of employees changes nothing that anybody can see: no answer of the API, no page, no file.

Everything is looked at, then employees answer where it may not be told, then everything is looked at again: whatever
could be learned, by one look or by the difference of two, would be a difference here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from services import aggregator
from shared import outbox
from shared.db import connect
from shared.process import Status
from shared.settings import Settings
from tests.integration.beating import beat
from tests.integration.rebuild.live import Live
from tests.integration.survey.conftest import JOURNEY, SURVEY
from tests.integration.whole_shop import Shop

NOW = datetime.now(UTC)
YEAR = NOW.year - 1
STAFF = {"journey": "shop", "stage": "delivery", "metric": "nps", "audience": "employee"}
# Of these only admins see numbers that count every event (ADR 0024); requests are counted by the looking itself.
COUNT_EVENTS = re.compile(r"^/(status|v1/status/.*|v1/detectors)$")
LEFT_OUT = re.compile(r"^/(metrics|sign-out)$")
SPAN = {"from": f"{YEAR}-01-01", "to": f"{YEAR}-12-31"}
HALVES = {
    "before_from": f"{YEAR}-01-01", "before_to": f"{YEAR}-03-31", "since_from": f"{YEAR}-04-01",
    "since_to": f"{YEAR}-12-31",
}  # fmt: skip
QUESTIONS: list[dict[str, str]] = [
    {},
    STAFF,
    {"journey": "shop", "by": "stage", **SPAN},
    {"by": "stage", "audience": "employee", **SPAN, "step": "month"},
    {"journey": "shop", "by": "survey", **SPAN},
    {"journey": "shop", "by": "segment:plan", **SPAN},
    {"journey": "shop", "touchpoint": "handover", "stage": "delivery", **SPAN},
    STAFF | HALVES,
    {"journey": "shop", "metric": "nps"} | HALVES,
    {"audience": "employee", "window": "365d", "metric": "csat"},
]
ASKED: list[tuple[str, str, str, dict[str, Any]]] = [
    ("survey", "POST", "/v1/responses/void?dry_run=true", {"audience": "employee", "survey": "staff-nps"}),
    ("survey", "POST", "/v1/responses/void?dry_run=true", {"journey": "shop"}),
    ("survey", "PUT", "/v1/surveys/staff-nps?dry_run=true", SURVEY | STAFF | {"touchpoint": "tracking"}),
    ("survey", "PUT", "/v1/journeys/shop?dry_run=true", JOURNEY | {"stages": JOURNEY["stages"][:1]}),
    ("survey", "POST", "/v1/surveys/staff-nps/links", {"links": [{"respondent": "staff-1"}]}),
    ("alerts", "POST", "/v1/backtests", STAFF),
]
TIMES = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\d]*(?:Z|[+-]\d\d:?\d\d)?|\d{1,2} \w{3}(?: \d{4})?,? \d\d:\d\d(?: \w+)?"
    r"|\b\d+(?:\.\d+)? ?(?:ms|s|min|h|days?|seconds)\b|\"(?:behind_seconds|age|beat_at)\": ?[\d.]+"
    r"|name=\"(?:csrf|id|edit)\" value=\"[^\"]*\"|value=\"[0-9a-f-]{36}\""
    r"|Scores as of \d\d:\d\d|\?t=[\w.-]+|/preview/[\w.-]+/|\b[0-9a-f]{8}-[0-9a-f-]{27}\b"
)


class Staff:
    """Employees of the shop, and somebody who looks at all that there is."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        for survey, metric, touchpoint in (
            ("staff-nps", "nps", "handover"),
            ("staff-csat", "csat", "tracking"),
        ):
            place = {"audience": "employee", "metric": metric, "touchpoint": touchpoint, "fatigue": {}}
            assert shop.survey.put_survey(survey, **place).status_code == 201
        self.live = Live(shop.settings, Random(2), [], shop.conn, 1000, poison=0)
        (relay,) = shop.survey.rows("SELECT last_position FROM relay")
        self.live.position = relay["last_position"]
        self.minutes = 120
        self.aggregator = connect(shop.settings, aggregator.SCHEMA)
        self.clients = {name: shop.client(name, "admin") for name in shop.apps}
        self.leads = {name: shop.client(name, "lead") for name in shop.apps}

    def answered(self, n: int, month: int | None, survey: str = "staff-nps", score: int = 3) -> None:
        """So many answers came days ago, of a month of last year, or (None) just now by the public door."""
        for _ in range(n):
            fields = {
                "score": score,
                "comment": f"said {uuid4()}",
                "respondent": "staff-1",
                "attributes": {"plan": "pro"},
            }
            if month is None:
                assert self.shop.survey.answer(survey, **fields).status_code == 201
                continue
            at = datetime(YEAR, month, 12, 9, tzinfo=UTC).isoformat()
            item = {"id": str(uuid4()), "survey": survey, "answered_at": at, **fields}
            taken = self.shop.survey.call("POST", "/v1/responses/batch", "collector", json=[item])
            assert taken.json["accepted"] == 1, taken.json

    def arrive(self) -> None:
        """All of it goes through the pipe, and a beat proves it; each time as if it had been 20 minutes later."""
        self.minutes -= 20
        conn, ago = self.shop.conn, timedelta(minutes=self.minutes)
        conn.execute(
            "UPDATE response SET received_at = now() - %s WHERE received_at > now() - interval '5 minutes'",
            [ago],
        )
        with conn.transaction():
            outbox.stamp(conn, 1000)
        conn.execute(
            "UPDATE outbox SET recorded_at = now() - %s WHERE position > %s", [ago, self.live.position]
        )
        (relay,) = self.shop.survey.rows("SELECT last_position FROM relay")
        outbox.acknowledge(conn, before=outbox.acknowledged(conn), now=relay["last_position"])
        self.live.read(relay["last_position"], deciding=False)
        beat(self.aggregator, seconds_ago=60 * (self.minutes - 10))

    def look(self) -> dict[str, str]:
        """What everybody is answered, by what was asked; times and tokens taken out."""
        found = {}
        for service, path, rule in self._addresses():
            Status("consumer").beat(self.aggregator, {"ready": True})  # looking takes a while
            client = (self.leads if COUNT_EVENTS.match(rule) else self.clients)[service]
            for query in QUESTIONS if service == "aggregator" and "/v1/" in rule else QUESTIONS[:2]:
                found[f"{service} {rule} {query}"] = _read(client, path, query)
        for service, method, path, body in ASKED:
            answer = self.clients[service].open(path, method=method, json=body, headers=self._key())
            found[f"{method} {path} {body}"] = f"{answer.status_code} {TIMES.sub('…', answer.text)}"
        return found

    def _addresses(self) -> Iterator[tuple[str, str, str]]:
        for service, app in self.shop.apps.items():
            for rule in sorted(
                {one.rule for one in app.url_map.iter_rules() if "GET" in (one.methods or ())}
            ):
                if LEFT_OUT.match(rule) or "filename" in rule:
                    continue
                values = self.shop.values
                self.shop.values = values | {"survey": "staff-nps", "metric": "nps", "audience": "employee"}
                paths = {self.shop.path(rule)}
                self.shop.values = values
                yield from ((service, path, rule) for path in sorted(paths))

    def _key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.shop.survey.keys['admin']}"}


def _read(client: FlaskClient, path: str, query: dict[str, str]) -> str:
    answer = client.get(path, query_string=query, buffered=True)
    return f"{answer.status_code} {TIMES.sub('…', answer.text)}"


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
        NOW.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0),
    ]
    assert [row.pop("answered_at") for row in rows] == months
    nothing = {"respondent": None, "attributes": {}, "segments": {}, "lang": None, "channel": None}
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
