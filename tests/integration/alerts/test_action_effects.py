"""The effect with real neighbours: a parallel experiment imported as CSV, and a change against a control stage."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from math import log, sqrt
from random import Random
from typing import Any

import pytest
from flask import Flask

from services.aggregator import SCHEMA as AGGREGATOR
from services.aggregator.rebuild import rebuild
from services.survey import SCHEMA as SURVEY
from services.survey import worker
from services.survey.store import imports
from shared import outbox
from shared.access import create_key
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.alerts.conftest import Call
from tests.integration.alerts.test_incident_neighbours import SURVEY as QUESTION
from tests.integration.alerts.test_incident_neighbours import neighbours  # noqa: F401

STAGES = [
    {"key": key, "name": key.title(), "touchpoints": [{"key": "handover", "name": "Hand-over"}]}
    for key in ("delivery", "returns", "checkout")
]
EXPERIMENT = {
    "journey": "shop",
    "stage": "delivery",
    "metric": "nps",
    "audience": "customer",
    "title": "Live map for some",
    "started_on": "2026-09-07",
    "treated": {"segment": {"variant": "map"}},
    "control": {"segment": {"variant": "none"}},
}
WORTH = [0.0] * 7 + [0.5] * 2 + [1.0] * 2
Answer = tuple[date, int, str]  # day, score, variant


class Quiet:
    def begin(self, total: int) -> None: ...

    def add(self, count: int) -> None: ...


class Shop:
    """A shop whose answers are imported and counted."""

    def __init__(self, survey: Flask, settings: Settings, key: str) -> None:
        self.survey, self.settings, self.key = survey, settings, key
        self.send(
            "PUT", "/v1/journeys/shop", json={"name": "Shop", "segments": ["variant"], "stages": STAGES}
        )
        for stage in STAGES:
            survey_key = f"{stage['key']}-nps"
            self.send("PUT", f"/v1/surveys/{survey_key}", json=QUESTION | {"stage": stage["key"]})

    def send(self, method: str, path: str, **how: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"}
        sent = self.survey.test_client().open(path, method=method, headers=headers, **how)
        assert sent.status_code in (200, 201, 202), sent.text
        return sent

    def import_csv(self, stage: str, answers: list[Answer]) -> None:
        """Through POST /v1/imports, the worker, the log, and into the scores."""
        rows = "".join(f"{day}T10:00:00Z,{score},{variant}\n" for day, score, variant in answers)
        mapping = {
            "survey": f"{stage}-nps",
            "columns": {"score": "score", "answered_at": "at", "attributes": {"variant": "variant"}},
        }
        file = (io.BytesIO(f"at,score,variant\n{rows}".encode()), "experiment.csv")
        self.send("POST", "/v1/imports", data={"file": file, "mapping": json.dumps(mapping)})
        with connect(self.settings, SURVEY) as conn:
            work = imports.claim(conn)
            assert work is not None
            list(worker.steps(conn, self.settings, work))
            while outbox.stamp(conn, 10_000):
                pass

    def count(self) -> None:
        with (
            connect(self.settings, AGGREGATOR) as conn,
            connect(self.settings, SURVEY) as source,
            conn.transaction(),
            source.transaction(),
        ):
            rebuild(conn, source, self.settings, Quiet())


@pytest.fixture
def shop(neighbours: Flask, conn: Connection, settings: Settings) -> Shop:  # noqa: F811
    return Shop(neighbours, settings, create_key(conn, "admin", "setup"))


def answered(random: Random, day: date, n: int, promoters: float, variant: str) -> list[Answer]:
    chances = (0.8 - promoters, 0.2, promoters)
    return [(day, score, variant) for score in random.choices((3, 8, 10), chances, k=n)]


def independent(answers: list[Answer]) -> tuple[float, float, float]:
    """Effect, low and high in NPS points, worked out answer by answer: nothing of ours is called."""
    days = sorted({day for day, _, _ in answers})
    sides = [
        [(day, WORTH[score]) for day, score, variant in answers if variant == name]
        for name in ("map", "none")
    ]
    means = [sum(worth for _, worth in side) / len(side) for side in sides]
    variances = [sum((w - m) ** 2 for _, w in side) / len(side) for side, m in zip(sides, means, strict=True)]
    spread = chance = squares = 0.0
    for day in days:
        off, expected = [], 0.0
        for side, m, v in zip(sides, means, variances, strict=True):
            today = [worth for at, worth in side if at == day]
            off.append(sum(worth - m for worth in today) / len(side))
            expected += v * len(today) / len(side) ** 2
        spread += (off[0] - off[1]) ** 2
        chance += expected
        squares += expected**2
    worth_days = chance**2 / squares
    phi = max(1.0, spread / chance * worth_days / (worth_days - 3))
    variance = phi * sum(v / len(side) for v, side in zip(variances, sides, strict=True))
    week = [sum(1 for at, _ in side if at < days[0] + timedelta(days=7)) for side in sides]
    known = sum(1 / n for n in week) * 7 / 56 / sum(1 / len(side) for side in sides)
    y = 8.211968062068252 * known
    half = sqrt(variance * (y + 1) / y * log((y + 1) / 0.05**2))
    effect = 200 * (means[0] - means[1])
    return effect, effect - 200 * half, effect + 200 * half


@pytest.mark.parametrize(
    ("promoters", "verdict"), [(0.62, "worked"), (0.41, "no_evidence_yet"), (0.15, "worse")]
)
def test_a_parallel_experiment_equals_an_independent_computation(
    shop: Shop, call: Call, promoters: float, verdict: str
) -> None:
    """Must-show 3: two segments, treated and not, a few hundred answers, imported as CSV."""
    random, first = Random(1), date(2026, 9, 7)
    made = [
        answer
        for at in range(24)
        for variant, n, share in (
            ("map", random.randint(4, 11), promoters),
            ("none", random.randint(5, 9), 0.4),
        )
        for answer in answered(random, first + timedelta(days=at), n, share, variant)
    ]
    shop.import_csv("delivery", made)
    shop.count()
    assert call("PUT", "/v1/actions/map", json=EXPERIMENT).status_code == 201
    found = call("GET", "/v1/actions/map/effect", role="viewer").json
    # days after the last answer change nothing: measured on the import's last day it is the same
    effect, low, high = independent(made)
    assert found["design"] == "side_by_side"
    assert [found["effect"], found["low"], found["high"]] == pytest.approx([effect, low, high], abs=1e-9)
    assert found["verdict"] == verdict
    assert (low > 0, high < 0) == (verdict == "worked", verdict == "worse")
    assert [found["before"], found["change"], found["control_change"]] == [None, None, None]
    assert found["after"]["n"] + found["control"]["after"]["n"] == len(made)
    assert found["after"]["score"] - found["control"]["after"]["score"] == pytest.approx(effect)
    assert found["in_words"][0].startswith(
        {"worked": "It worked: +", "worse": "It made it worse: −"}.get(verdict, "No evidence yet: ")
    )
    assert {"kind": "as_they_are"} in found["flags"]
    kept = call("GET", "/v1/actions").json["items"][0]["effect"]
    assert kept == found


def test_against_a_control_stage_what_moved_both_is_taken_out(
    shop: Shop, call: Call, conn: Connection
) -> None:
    """Everything rises by 10 with the season; delivery by 40, since the action."""
    random, start = Random(3), date(2026, 9, 7)
    promoters = {"delivery": (0.35, 0.55), "returns": (0.40, 0.45), "checkout": (0.5, 0.55)}
    for stage, (was, now) in promoters.items():
        made = [
            answer
            for at in range(-70, 40)
            for answer in answered(random, start + timedelta(days=at), 20, now if at >= 0 else was, "all")
        ]
        shop.import_csv(stage, made)
    shop.count()
    plan = {"treated": {}, "control": {"stages": ["returns", "checkout"]}}
    document = EXPERIMENT | plan
    said = call("PUT", "/v1/actions/all?dry_run=true", json=document).json
    assert {one["stage"] for one in said["suggested_controls"] if one["alike"]} == {"returns", "checkout"}
    call("PUT", "/v1/actions/all", json=document)
    call(
        "PUT",
        "/v1/actions/rival",
        json=document | {"title": "Free returns", "stage": "returns", "control": {}},
    )
    found = call("GET", "/v1/actions/all/effect").json
    assert (found["design"], found["verdict"]) == ("against_control", "worked")
    assert found["effect"] == pytest.approx(found["change"] - found["control_change"])
    assert found["change"] == pytest.approx(found["after"]["score"] - found["before"]["score"])
    assert (found["before"]["from"], found["before"]["to"]) == ("2026-06-29", "2026-09-06")  # 70 days known
    assert found["low"] < 30 < found["high"]
    assert found["effect"] < found["change"] - 5
    kinds = {(flag["kind"], flag.get("action")) for flag in found["flags"]}
    assert ("action", "rival") in kinds
    assert ("chosen_later", None) in kinds, "the answers were there before the action was noted down"
    alone = call("PUT", "/v1/actions/all", json=document | {"control": None})
    assert alone.status_code == 200
    assert {"kind": "no_control"} in call("GET", "/v1/actions/all/effect").json["flags"]
