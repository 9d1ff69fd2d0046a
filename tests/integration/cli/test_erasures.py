"""Erasures are kept outside the database and applied again to one that was restored from before them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli import FAILED
from services.survey import SCHEMA
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.cli.conftest import Command
from tests.integration.survey.conftest import Service

TABLES = ("response", "contact", "erasure", "erased_respondent", "tombstone")


@pytest.fixture
def conn(settings: Settings) -> Iterator[Connection]:
    with connect(settings, SCHEMA) as connection:
        yield connection


@pytest.fixture
def shop(settings: Settings, conn: Connection) -> Iterator[Service]:
    running = Service(settings, conn)
    running.put_journey()
    running.put_survey()
    yield running
    running.app.extensions["journeyloop"].pool.close()


def backup(conn: Connection) -> None:
    for table in TABLES:
        conn.execute(f"CREATE TABLE backup_{table} AS TABLE {table}")


def restore(conn: Connection) -> None:
    conn.execute(f"TRUNCATE {', '.join(TABLES)}")
    for table in TABLES:
        conn.execute(f"INSERT INTO {table} SELECT * FROM backup_{table}")


def test_applied_again_after_a_restore(shop: Service, command: Command, tmp_path: Path) -> None:
    shop.answer(respondent="cust-old", comment="long ago")
    shop.call("POST", "/v1/respondents/erase", json={"respondent": "cust-old"})
    sent = {"id": "3b241101-e2bb-4255-8caf-4136c566a962", "respondent": "cust-one", "comment": "call me"}
    shop.call("POST", "/v1/surveys/delivery-nps/responses", None, json=sent | {"score": 4})
    shop.answer(respondent="cust-two", comment="stay")
    backup(shop.conn)
    shop.call("POST", "/v1/respondents/erase", json={"respondent": "cust-one"})
    code, listed, _ = command("erasures", "list")
    assert code == 0
    assert [set(json.loads(line)) for line in listed.splitlines()] == [
        {"respondent", "respondent_key", "erased_at"}
    ] * 2
    assert "cust" not in listed
    (tmp_path / "erasures.jsonl").write_text(listed)

    restore(shop.conn)
    comments = "SELECT comment FROM response WHERE comment IS NOT NULL ORDER BY 1"
    assert [row["comment"] for row in shop.rows(comments)] == ["call me", "stay"]
    shop.answer(respondent="cust-one", comment="I am back")
    code, out, err = command("erasures", "reapply", "-f", str(tmp_path / "erasures.jsonl"), "--json")
    assert (code, json.loads(out)) == (
        0,
        {"erasures": 2, "adopted": 1, "answers": 1, "comments": 1, "contacts": 0},
    ), err
    assert [row["comment"] for row in shop.rows(comments)] == ["I am back", "stay"]
    again = shop.call("POST", "/v1/surveys/delivery-nps/responses", None, json=sent | {"score": 4})
    assert again.status_code == 200
    assert "answers 0, comments 0" in command("erasures", "reapply")[1]


def test_a_file_that_is_none(command: Command, tmp_path: Path) -> None:
    for number, line in enumerate(
        ("{}", "[]", "x", '{"respondent": "zz", "respondent_key": "k", "erased_at": 1}')
    ):
        (tmp_path / "file").write_text("\n" * number + line)
        code, _, err = command("erasures", "reapply", "-f", str(tmp_path / "file"))
        assert (code, f"line {number + 1} is none" in err) == (FAILED, True)
