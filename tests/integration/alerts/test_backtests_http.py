"""`POST /v1/backtests` over answers in the survey log, against the pure detector on the same answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from services.alerts import backtest
from services.alerts.routes import backtests
from shared.settings import Settings
from tests.integration.alerts import stored_answers
from tests.unit.alerts import stages
from tests.unit.alerts.stages import DAY, MONDAY

Call = Callable[..., Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = (MONDAY - 719_163) * DAY
DROP = range(220, 245)
MADE = list(stages.answers(Random(4), 320, 30, stages.drop(60, DROP.start, DROP.stop)))
ASKED = {
    "journey": "shop",
    "stage": "delivery",
    "metric": "nps",
    "audience": "customer",
    "from": "2020-06-01",
}


@pytest.fixture
def ask(call: Call, settings: Settings) -> Call:
    """ask(to=…, …): the back-test of the stored answers, as a viewer."""
    stored_answers.store(settings, MADE)

    def post(**more: Any) -> Any:
        return call("POST", "/v1/backtests", json=ASKED | more, role="viewer")

    return post


def day_of(text: str) -> float:
    """Days since the start of the stage."""
    return (datetime.fromisoformat(text) - EPOCH) / timedelta(days=1) + 719_163 - MONDAY


def test_it_finds_the_drop_and_its_end(ask: Call) -> None:
    found = ask().json
    assert found["in_words"] == [
        f"{len(MADE):,} answers on {found['days']} days.",
        "Learning until 2020-06-01, watching from then on.",
        "1 incident.",
    ]
    assert list(found) == ["in_words", "answers", "days", "learning_until", "incidents", "rules", "changes"]
    assert (found["answers"], found["days"]) == (len(MADE), pytest.approx(320, abs=1))
    assert found["learning_until"] == "2020-06-01"
    [incident] = found["incidents"]
    assert list(incident) == ["opened_at", "onset", "closed_at", "before", "since"]
    assert DROP.start - 2 < day_of(incident["onset"]) < day_of(incident["opened_at"]) < DROP.start + 5
    assert DROP.stop < day_of(incident["closed_at"]) < DROP.stop + 30
    assert incident["before"]["score"] - incident["since"]["score"] > 30
    assert incident["since"]["from"] == incident["onset"][:10]
    assert found["changes"] is None


def test_common_rules_are_beside_it(ask: Call) -> None:
    rules = {rule["rule"]: rule for rule in ask().json["rules"]}
    assert list(rules) == ["fixed_floor", "week_on_week", "week_against_month", "z_score"]
    for rule in rules.values():
        assert rule["count"] == len(rule["alarms"])
        assert all(
            alarm["score"] < alarm["limit"] and alarm["day"] >= "2020-06-01" for alarm in rule["alarms"]
        )
    floor = next(alarm for alarm in rules["fixed_floor"]["alarms"] if alarm["in_incident"])
    assert DROP.start <= day_of(floor["day"] + "T00:00:00+00:00") <= DROP.start + 5
    assert 20 < floor["limit"] < 35  # an NPS of about 37, less 10 points


def test_what_is_not_stamped_yet_counts(call: Call, settings: Settings) -> None:
    stored_answers.store(settings, MADE[:5000])
    stored_answers.store(settings, MADE[5000:], stamped=False)
    found = call("POST", "/v1/backtests", json=ASKED).json
    assert found["answers"] == len(MADE)
    assert len(found["incidents"]) == 1


def test_the_order_of_arrival_does_not_matter(ask: Call, call: Call, settings: Settings) -> None:
    shuffled = list(MADE)
    Random(1).shuffle(shuffled)
    stored_answers.store(settings, shuffled, stage="order")
    assert call("POST", "/v1/backtests", json=ASKED | {"stage": "order"}).json == ask().json


def test_amendments_and_voids_change_sums_never_evidence(ask: Call, settings: Settings) -> None:
    [first] = ask().json["incidents"]
    low = [answer for answer in MADE if DROP.start <= answer.day - MONDAY < DROP.stop and answer.half == 0]
    stored_answers.amend(settings, low[:10], score=10)
    stored_answers.void(settings, low[10:15])
    found = ask().json
    [second] = found["incidents"]
    assert found["answers"] == len(MADE) - 5
    assert (second["opened_at"], second["onset"]) == (first["opened_at"], first["onset"])
    assert second["since"]["score"] > first["since"]["score"]
    assert second["since"]["n"] < first["since"]["n"]


def test_a_period(ask: Call) -> None:
    # Day 200 is 24 July; the drop begins with 13 August.
    found = ask(to="2020-07-24").json
    assert (found["answers"], found["days"], found["incidents"]) == (
        len([answer for answer in MADE if answer.clock < START + 201 * DAY - 2 * DAY // 24]),
        pytest.approx(201, abs=1),
        [],
    )
    whole = ask(**{"from": None}).json
    assert "2020-02-15" < whole["learning_until"] < "2020-02-25"
    moment = ask(**{"from": "2020-09-01T00:00:00+02:00"}).json
    assert moment["learning_until"] == "2020-09-01"


def test_another_budget_says_what_it_changes(ask: Call) -> None:
    default, many = ask().json, ask(false_alarms_per_year=50).json
    first, by_default = many["incidents"], default["incidents"]
    assert many["changes"]["default"] == 0.5
    told = {change["by_default"]: change for change in many["changes"]["incidents"]}
    change = told[by_default[0]["opened_at"]]
    assert change["change"] == "opens_earlier"
    assert change["opened_at"] < change["by_default"]
    assert len([one for one in told.values() if one["opened_at"]]) == len(first)
    # Up to the moment at which the default opened it, a budget of one in a thousand years has not.
    just_opened = datetime.fromisoformat(by_default[0]["opened_at"]) + timedelta(seconds=1)
    few = ask(false_alarms_per_year=0.001, to=just_opened.isoformat()).json
    assert few["incidents"] == []
    assert few["changes"]["incidents"] == [
        {"change": "gone", "opened_at": None, "by_default": by_default[0]["opened_at"]}
    ]


def test_it_is_the_detector_that_runs_live(ask: Call) -> None:
    live_from = START + (147 * 24 - 2) * DAY // 24  # 1 June in Berlin
    pure = backtest.backtest(MADE, live_from, 0.5)
    [incident], [found] = pure.incidents, ask().json["incidents"]
    assert day_of(found["opened_at"]) == pytest.approx(stages.exact_day(incident.opened_at), abs=1e-9)
    assert day_of(found["closed_at"]) == pytest.approx(stages.exact_day(incident.closed_at or 0), abs=1e-9)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"journey": None}, "journey"),
        ({"stage": "No Slug"}, "stage"),
        ({"stage": "unknown"}, "stage"),
        ({"metric": "clicks"}, "metric"),
        ({"audience": "robots"}, "audience"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2020-06-01T00:00:00"}, "from"),
        ({"from": 5}, "from"),
        ({"to": "2020-05-31"}, "to"),
        ({"to": "9999-12-31"}, "to"),
        ({"from": "0001-01-01"}, "from"),
        ({"to": "0001-01-01T00:00:00+14:00"}, "to"),
        ({"false_alarms_per_year": 0}, "false_alarms_per_year"),
        ({"false_alarms_per_year": "0.5"}, "false_alarms_per_year"),
        ({"false_alarms_per_year": True}, "false_alarms_per_year"),
        ({"budget": 1}, "budget"),
    ],
)
def test_bad_questions_name_the_field(call: Call, wrong: dict[str, Any], field: str) -> None:
    answer = call("POST", "/v1/backtests", json=ASKED | wrong)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert list(answer.json["errors"]) == [field]


def test_a_known_stage_without_answers(call: Call, shop: None) -> None:
    found = call("POST", "/v1/backtests", json=ASKED).json
    assert (found["answers"], found["days"], found["learning_until"], found["incidents"]) == (0, 0, None, [])
    assert [rule["count"] for rule in found["rules"]] == [0, 0, 0, 0]
    assert (
        found["in_words"][1] == "There are no answers in this period: nothing was learnt, and nothing judged."
    )


def test_what_no_stored_answer_has_is_named_with_what_is_stored(call: Call, settings: Settings) -> None:
    stored_answers.store(settings, MADE[:20])
    refused = call("POST", "/v1/backtests", json=ASKED | {"metric": "csat"})
    assert refused.status_code == 422
    assert refused.json["errors"] == {
        "metric": ["No such answers of ‘shop/delivery’; stored are: nps of customers."]
    }


def test_employees_are_not_watched_in_a_trial_either(call: Call) -> None:
    refused = call("POST", "/v1/backtests", json=ASKED | {"audience": "employee"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["audience"])


def test_a_period_in_which_nothing_is_judged_does_not_look_healthy(call: Call, settings: Settings) -> None:
    stored_answers.store(settings, MADE[:20])
    early = call("POST", "/v1/backtests", json=ASKED | {"from": None, "to": "2019-01-01"}).json
    assert early["in_words"][0] == "0 answers on 0 days."
    late = call("POST", "/v1/backtests", json=ASKED | {"from": "2030-01-01"}).json
    assert late["in_words"] == ["20 answers on 1 day.", "It was learning all the time: no answer was judged."]


def test_too_much_for_a_web_process_is_refused(ask: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtests, "MOST_ENTRIES", len(MADE) - 1)
    refused = ask()
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["to"])
    assert ask(to="2020-07-24").status_code == 200


def test_only_some_run_at_a_time(ask: Call) -> None:
    with backtests._running, backtests._running:
        refused = ask()
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
    assert ask().status_code == 200


def test_a_collector_may_not_read(call: Call) -> None:
    assert call("POST", "/v1/backtests", json=ASKED, role="collector").status_code == 403
