"""An incident none of whose surveys is asked any more: a map ends it, at a place a rebuild finds again."""

from __future__ import annotations

from typing import Any

import pytest

from services.alerts.handler import Handler
from shared.batch import Batch
from shared.db import Connection
from tests.integration.alerts.feed import ZONE, feed, memory, tick
from tests.unit.alerts.events import events

LIVE, LOW = 120, range(150, 175)
OLD = {"survey": "delivery-nps", "revision": 1}
REWORDED = {"survey": "delivery-nps", "revision": 2}
NEW = {"survey": "delivery-short", "revision": 1}


def publish(conn: Connection, handler: Handler, revision: int, *surveys: dict[str, Any]) -> None:
    """A map of the shop whose delivery asks `surveys` for its NPS."""
    place = {"stage": "delivery", "touchpoint": "courier", "metric": "nps", "audience": "customer"}
    other = {"survey": "delivery-csat", "revision": 1} | place | {"metric": "csat"}
    live = [survey | place for survey in surveys]
    data = {"journey": "shop", "revision": revision, "stages": [], "surveys": [*live, other]}
    with conn.transaction():
        handler.apply(conn, Batch(journeys=[("published", data)]))


def incidents(conn: Connection) -> list[dict[str, Any]]:
    return conn.execute("SELECT state, closed_by FROM incident").fetchall()


@pytest.fixture
def handler(conn: Connection) -> Handler:
    """With an open incident, of a stage that asks one survey."""
    handler = Handler(ZONE)
    publish(conn, handler, 1, OLD)
    feed(conn, handler, events(160, historic_days=LIVE, low=LOW, seed=2))
    assert incidents(conn) == [{"state": "open", "closed_by": None}]
    return handler


@pytest.mark.parametrize("surveys", [(REWORDED,), (NEW,), (NEW, REWORDED)])
def test_all_surveys_replaced(
    conn: Connection, handler: Handler, surveys: tuple[dict[str, Any], ...]
) -> None:
    publish(conn, handler, 2, *surveys)
    assert incidents(conn) == [{"state": "resolved", "closed_by": "map"}]
    row = conn.execute(
        "SELECT after_sequence, place FROM decision WHERE kind = 'map' AND key = 'shop/delivery'"
    ).fetchone()
    assert row is not None
    assert (row["after_sequence"], row["place"] is None) == (160 * 20, False)
    told = conn.execute("SELECT kind FROM announcement ORDER BY id").fetchall()
    assert [one["kind"] for one in told] == ["opened", "resolved"]
    state = conn.execute("SELECT state FROM detector").fetchone()
    assert state is not None
    assert state["state"]["opened"] is None
    assert len(state["state"]["left_out"]) == 1, "the days of the incident are no baseline"
    before = memory(conn)
    publish(conn, handler, 2, *surveys)
    publish(conn, handler, 3, *surveys)
    tick(conn, handler)
    assert memory(conn) == before, "once is enough"


@pytest.mark.parametrize(
    ("revision", "surveys"),
    [(2, (OLD, NEW)), (2, ()), (1, (NEW,))],
    ids=["one of them is still asked", "nothing is asked", "an older map that comes again"],
)
def test_what_ends_nothing(
    conn: Connection, handler: Handler, revision: int, surveys: tuple[dict[str, Any], ...]
) -> None:
    publish(conn, handler, revision, *surveys)
    tick(conn, handler)
    assert incidents(conn) == [{"state": "open", "closed_by": None}]
    assert conn.execute("SELECT 1 FROM decision WHERE kind = 'map'").fetchall() == []


def test_a_map_that_comes_again_ends_nothing(conn: Connection) -> None:
    handler = Handler(ZONE)
    publish(conn, handler, 1, NEW)  # late answers to the old question follow
    feed(conn, handler, events(160, historic_days=LIVE, low=LOW, seed=2))
    publish(conn, handler, 1, NEW)
    tick(conn, handler)
    assert incidents(conn) == [{"state": "open", "closed_by": None}]
    publish(conn, handler, 2, NEW)
    assert incidents(conn) == [{"state": "resolved", "closed_by": "map"}]
