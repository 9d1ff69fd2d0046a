"""`journeyloop backtest`: the same answer as over HTTP, and a table a person can read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from services import alerts, survey
from services.alerts.app import create_app
from services.cli import FAILED, USAGE
from shared.access import create_key
from shared.db import connect
from shared.settings import Settings
from tests.integration.alerts import stored_answers
from tests.integration.cli.conftest import Command
from tests.unit.alerts import stages

MADE = list(stages.answers(Random(4), 320, 30, stages.drop(60, 220, 245)))
STAGE = ("backtest", "--journey", "shop", "--stage", "delivery")


@pytest.fixture
def stored(settings: Settings) -> None:
    stored_answers.store(settings, MADE)


@pytest.fixture
def over_http(settings: Settings) -> Iterator[Any]:
    """over_http(**body): what POST /v1/backtests answers."""
    app = create_app(settings)
    with connect(settings, alerts.SCHEMA) as conn:
        headers = {"Authorization": f"Bearer {create_key(conn, 'viewer', 'a viewer')}"}
    place = {"journey": "shop", "stage": "delivery", "metric": "nps", "audience": "customer"}
    yield lambda **body: app.test_client().post("/v1/backtests", json=place | body, headers=headers).json
    app.extensions["journeyloop"].pool.close()


def test_json_is_what_http_answers(command: Command, stored: None, over_http: Any) -> None:
    code, out, err = command(*STAGE, "--json", "--from", "2020-06-01", "--to", "2020-10-01")
    assert code == 0
    assert json.loads(out) == over_http(**{"from": "2020-06-01", "to": "2020-10-01"})
    assert len(json.loads(out)["incidents"]) == 1
    assert "Back-testing" in err
    other = command(*STAGE, "--json", "--metric", "nps", "--false-alarms-per-year", "4")[1]
    assert json.loads(other) == over_http(false_alarms_per_year=4)


def test_the_table(command: Command, stored: None) -> None:
    code, out, _ = command(*STAGE, "--from", "2020-06-01")
    lines = out.splitlines()
    assert code == 0
    assert lines[0].startswith(f"shop/delivery, NPS of customers: {len(MADE):,} answers on 3")
    assert lines[1] == "At most 0.5 false alarms a year. Learning until 2020-06-01, watching from then on."
    assert lines[3].split() == ["opened", "onset", "closed", "before", "since"]
    assert lines[4].startswith("2020-08-")
    assert "CEST" in lines[4]
    assert lines[5] == ""
    [first] = [number for number, line in enumerate(lines) if line == "Common rules on the same days:"]
    assert [line.split(" (")[0].strip() for line in lines[first + 1 :] if "(" in line] == [
        "fixed floor",
        "week on week",
        "week against month",
        "z score",
    ]
    assert " in the incidents above, 0 while the detector was learning" in out


def test_another_budget_says_what_changes(command: Command, stored: None) -> None:
    out = command(*STAGE, "--from", "2020-06-01", "--false-alarms-per-year", "50")[1]
    assert "Against the default of 0.5 a year:" in out
    assert " instead of 2020-08-" in out


def test_still_learning(command: Command, stored: None) -> None:
    out = command(*STAGE, "--to", "2020-01-12")[1]
    assert "It was learning all the time: no answer was judged." in out
    assert "No incident." in out


def test_a_stage_nobody_knows_is_told_from_one_without_answers(
    command: Command, stored: None, settings: Settings
) -> None:
    code, _, err = command("backtest", "--journey", "shop", "--stage", "nope")
    assert (code, err) == (FAILED, "Error: there is no stage ‘shop/nope’ and no answer of one\n")
    with connect(settings, alerts.SCHEMA) as conn:
        conn.execute(
            """INSERT INTO journey (journey, revision, document) VALUES ('shop', 1, '{"stages": [{"key": "nope"}]}')"""
        )
    code, _, err = command("backtest", "--journey", "shop", "--stage", "nope")
    assert (code, err) == (FAILED, "Error: there are no answers of ‘shop/nope’ yet\n")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--from", "2020-06-01", "--to", "2020-05-01"), "--to must be later than --from"),
        (("--from", "soon"), "--from"),
        (("--false-alarms-per-year", "0"), "--false-alarms-per-year"),
        (("--false-alarms-per-year", "nan"), "--false-alarms-per-year"),
    ],
)
def test_what_is_wrong_is_named(command: Command, stored: None, options: tuple[str, ...], named: str) -> None:
    code, _, err = command(*STAGE, *options)
    assert (code, named in err.splitlines()[-1]) == (USAGE, True)


def test_the_metric_is_asked_for_where_there_are_several(
    command: Command, stored: None, settings: Settings
) -> None:
    with connect(settings, survey.SCHEMA) as conn:
        conn.execute(
            """INSERT INTO outbox (topic, key, type, data, historic, received_at)
               SELECT topic, key, type, data || '{"metric": "csat", "score": 5}', historic, received_at
               FROM outbox ORDER BY id LIMIT 3"""
        )
    code, _, err = command(*STAGE)
    assert (code, "csat, nps: say which with --metric" in err) == (USAGE, True)
    assert "3 answers" in command(*STAGE, "--metric", "csat")[1]
    code, _, err = command(*STAGE, "--metric", "ces")
    assert (code, "stored are: csat of customers, nps of customers" in err) == (FAILED, True)
