"""Employees who answer, and somebody who looks at all there is: every address of every service, every question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient

from services import aggregator
from shared import outbox
from shared.db import connect
from shared.process import Status
from tests.integration.beating import beat
from tests.integration.rebuild.live import Live
from tests.integration.survey.conftest import JOURNEY, SURVEY
from tests.integration.whole_shop import Shop

YEAR = datetime.now(UTC).year - 1
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
    r"|Scores as of \d\d:\d\d|type=\"time\" value=\"\d\d:\d\d\"|(?:less than a|\d+) minutes?\b"
    r"|\?t=[\w.-]+|/preview/[\w.-]+/|\b[0-9a-f]{8}-[0-9a-f-]{27}\b"
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
            fields: dict[str, Any] = {
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
