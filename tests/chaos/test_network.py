"""A kill aimed at a commit, between a real client and a real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

from services.survey import SCHEMA
from shared import db
from shared.process import Status
from shared.settings import Settings
from tests.chaos.network import Ambush, Network

NAME = "survey-relay"
SECONDS = 10


@pytest.fixture
def network(database: str) -> Iterator[Network]:
    made = Network(lambda: urlsplit(database).port or 0)
    yield made
    made.close()


def _connect(database: str, network: Network, name: str = NAME) -> db.Connection:
    url = database.replace(f":{urlsplit(database).port}/", f":{network.port}/")
    rows = {"row_factory": psycopg.rows.dict_row, "options": f"-c search_path={SCHEMA.name}"}
    return psycopg.connect(url, autocommit=True, application_name=name, **rows)  # type: ignore[arg-type]


def _write(conn: db.Connection, outcome: list[object]) -> None:
    try:
        with conn.transaction():
            conn.execute("UPDATE relay SET acknowledged = 7")
        outcome.append("done")
    except psycopg.OperationalError as error:
        outcome.append(error)


def _acknowledged(settings: Settings) -> int:
    with db.connect(settings, SCHEMA) as conn:
        row = conn.execute("SELECT acknowledged FROM relay").fetchone()
    assert row is not None
    return int(row["acknowledged"])


@pytest.mark.parametrize(("before", "held", "afterwards"), [(True, 0, 0), (False, 7, 7)])
def test_a_connection_ends_on_either_side_of_its_commit(
    settings: Settings, database: str, network: Network, before: bool, held: int, afterwards: int
) -> None:
    ambush, outcome = Ambush(NAME, before=before), list[object]()
    network.lay(ambush)
    with _connect(database, network) as conn:
        thread = threading.Thread(target=_write, args=(conn, outcome))
        thread.start()
        assert ambush.there.wait(SECONDS)
        assert (outcome, _acknowledged(settings)) == ([], held)
        ambush.release(ends=True)
        thread.join(SECONDS)
    assert isinstance(outcome[0], psycopg.OperationalError)
    assert _acknowledged(settings) == afterwards


def test_only_the_statement_that_is_waited_for_is_met(
    settings: Settings, database: str, network: Network
) -> None:
    ambush, outcome = Ambush(NAME, before=False, statement="SET acknowledged"), list[object]()
    network.lay(ambush)
    with _connect(database, network) as conn:
        for _ in range(10):  # often enough for statements to be prepared
            with conn.transaction():
                conn.execute("UPDATE relay SET last_position = last_position + %s", [1])
        assert not ambush.there.is_set()
        thread = threading.Thread(target=_write, args=(conn, outcome))
        thread.start()
        assert ambush.there.wait(SECONDS)
        ambush.release(ends=False)
        thread.join(SECONDS)
    assert outcome == ["done"]


def test_a_commit_that_is_only_held_up_is_done_in_the_end(
    settings: Settings, database: str, network: Network
) -> None:
    ambush, outcome = Ambush(NAME, before=True), list[object]()
    network.lay(ambush)
    with _connect(database, network) as conn:
        thread = threading.Thread(target=_write, args=(conn, outcome))
        thread.start()
        assert ambush.there.wait(SECONDS)
        ambush.release(ends=False)
        thread.join(SECONDS)
    assert outcome == ["done"]
    assert _acknowledged(settings) == 7


def test_what_writes_nothing_or_only_that_it_lives_is_let_by(database: str, network: Network) -> None:
    waiting = [Ambush(NAME, before=before) for before in (True, False)]
    for ambush in waiting:
        network.lay(ambush)
    with _connect(database, network) as conn, _connect(database, network, "another") as other:
        for _ in range(10):  # often enough for statements to be prepared
            with conn.transaction():
                conn.execute("SELECT acknowledged FROM relay WHERE acknowledged >= %s", [0])
                conn.execute("UPDATE relay SET acknowledged = 1 WHERE acknowledged = %s", [9])
            Status("relay").beat(conn, {}, now=True)
        _write(other, [])
        assert not any(ambush.there.is_set() for ambush in waiting)
        threading.Thread(target=_write, args=(conn, [])).start()
        assert waiting[0].there.wait(SECONDS)
        for ambush in waiting:
            ambush.release(ends=False)
