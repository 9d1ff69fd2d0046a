"""As of when scores are: over HTTP, with the pipe in every state."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient

from shared import access
from shared.db import Connection
from tests.integration.aggregator.conftest import Ask, Feed
from tests.integration.beating import beat, miss, pass_time
from tests.unit.aggregator.events import PLACES, recorded


def test_what_is_counted_is_as_of_the_last_beat(conn: Connection, feed: Feed, ask: Ask) -> None:
    feed([recorded()])
    at = beat(conn, 20)
    found = ask("/v1/freshness")
    assert datetime.fromisoformat(found["as_of"]) == at
    assert 20 <= found["behind_seconds"] < 30
    assert (found["late"], found["why"], found["gaps"], found["survey_web_ready"]) == (False, None, [], True)


def test_scores_say_the_same(conn: Connection, feed: Feed, ask: Ask) -> None:
    feed([recorded()])
    beat(conn, 20)
    as_of = ask("/v1/freshness")["as_of"]
    for path in ("/v1/scores", "/v1/scores/series"):
        assert (ask(path)["as_of"], ask(path)["late"]) == (as_of, False)


def test_answers_on_their_way_make_their_journey_late(conn: Connection, feed: Feed, ask: Ask) -> None:
    feed([recorded(PLACES[0])])
    first = beat(conn, 600)
    beat(conn, 5, delivery=7)
    assert datetime.fromisoformat(ask("/v1/freshness", journey="shop", stage="delivery")["as_of"]) == first
    assert ask("/v1/freshness", journey="shop")["late"]
    assert not ask("/v1/freshness", journey="other")["late"]
    assert ask("/v1/scores", journey="shop")["late"]


def test_a_consumer_that_stopped_two_minutes_ago(conn: Connection, feed: Feed, ask: Ask) -> None:
    feed([recorded()])
    beat(conn)
    pass_time(conn, 120)
    found = ask("/v1/freshness")
    assert found["late"]
    assert 120 <= found["behind_seconds"] < 130
    assert "no sign of life for 2 min" in found["why"]


def test_a_gap_is_listed_with_its_stage(conn: Connection, feed: Feed, ask: Ask, client: FlaskClient) -> None:
    feed([recorded(PLACES[0])])
    beat(conn)
    miss(conn, "/".join(PLACES[0][:2]))
    found = ask("/v1/freshness")
    (gap,) = found["gaps"]
    assert (gap["journey"], gap["stage"], gap["after_sequence"]) == (*PLACES[0][:2], None)
    assert found["late"]
    admin = {"Authorization": f"Bearer {access.create_key(conn, 'admin', 'tests')}"}
    told = client.get("/v1/freshness", headers=admin).json
    assert told
    (gap,) = told["gaps"]
    assert gap["after_sequence"] == 1, "a sequence counts employees' answers too: for admins"


def test_before_the_first_beat_nothing_is_known(ask: Ask) -> None:
    found = ask("/v1/freshness")
    assert (found["as_of"], found["behind_seconds"], found["late"]) == (None, None, True)


@pytest.mark.parametrize(
    ("query", "field"), [({"stage": "delivery"}, "journey"), ({"journey": "No slug"}, "journey"), ({"x": "y"}, "x")]
)  # fmt: skip
def test_bad_questions_name_the_parameter(ask: Ask, query: dict[str, str], field: str) -> None:
    assert field in ask("/v1/freshness", 422, **query)["errors"]


def test_needs_a_key(client: FlaskClient) -> None:
    assert client.get("/v1/freshness").status_code == 401
