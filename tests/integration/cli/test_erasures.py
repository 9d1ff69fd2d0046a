"""Erasures are kept outside the database and applied again to one that was restored from before them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cli import FAILED
from services.survey import SCHEMA, erasing
from services.survey.follow_ups.contact import every_name
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
        {"erasures": 2, "adopted": 1, "answers": 1, "comments": 1, "contacts": 0, "rejected_rows": 0},
    ), err
    assert [row["comment"] for row in shop.rows(comments)] == ["I am back", "stay"]
    again = shop.call("POST", "/v1/surveys/delivery-nps/responses", None, json=sent | {"score": 4})
    assert again.status_code == 200
    assert "answers 0, comments 0" in command("erasures", "reapply")[1]


def test_refused_rows_that_come_back_go_again(
    shop: Service, settings: Settings, command: Command, tmp_path: Path
) -> None:
    keep(shop.conn, [["x", "cust-two"], *([" Cust@Shop.Example\t", "odd"],) * 3, ["cust", "at shop.example"]])
    erased = [
        {"respondent": one.digest.hex(), "respondent_key": one.key_id, "erased_at": "2026-01-01T00:00:00Z"}
        for one in every_name(settings.respondent_keys, "CUST@shop.example")
    ]
    (tmp_path / "erasures.jsonl").write_text("\n".join(map(json.dumps, erased)))
    code, out, err = command("erasures", "reapply", "-f", str(tmp_path / "erasures.jsonl"), "--json")
    assert (code, json.loads(out)["rejected_rows"]) == (0, 3), err
    kept = shop.rows('SELECT cells FROM import_reject ORDER BY "row"')
    assert [row["cells"] for row in kept] == [["x", "cust-two"], ["cust", "at shop.example"]]


def test_in_slices_none_is_passed_over(
    shop: Service, settings: Settings, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "SLICE", 2)
    shop.call("POST", "/v1/respondents/erase", json={"respondent": "cust-one"})
    for _ in range(2):
        keep(shop.conn, [["cust-one"], ["cust-two"], ["cust-one"], ["cust-two"], ["cust-one"]])
    assert json.loads(command("erasures", "reapply", "--json")[1])["rejected_rows"] == 6
    assert [row["cells"] for row in shop.rows("SELECT cells FROM import_reject")] == [["cust-two"]] * 4


def keep(conn: Connection, rows: list[list[str]]) -> None:
    """A finished import's refused rows."""
    conn.execute(
        """WITH new AS (INSERT INTO import (created_by, file_name, mapping, delimiter, header, header_lines, state,
                            line_done)
                        VALUES ('a test', 'old.csv', '{}', ',', '{who,said}', 1, 'done', 6) RETURNING id)
           INSERT INTO import_reject (import_id, "row", line, cells, errors)
           SELECT id, number, number, cells, '{}'
           FROM new, json_array_elements(%s) WITH ORDINALITY AS given (cells, number)""",
        [json.dumps(rows)],
    )


def test_a_file_that_is_none(command: Command, tmp_path: Path) -> None:
    for number, line in enumerate(
        ("{}", "[]", "x", '{"respondent": "zz", "respondent_key": "k", "erased_at": 1}')
    ):
        (tmp_path / "file").write_text("\n" * number + line)
        code, _, err = command("erasures", "reapply", "-f", str(tmp_path / "file"))
        assert (code, f"line {number + 1} is none" in err) == (FAILED, True)
