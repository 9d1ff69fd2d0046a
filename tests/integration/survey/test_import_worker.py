"""The worker on a real database: once is once, whatever is killed, sent again or cut in two."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.survey import SCHEMA, worker
from services.survey.imports.opening import open_file
from services.survey.store import imports as store
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.survey.maps import add_map

MAPPING = {"survey": "delivery-nps", "columns": {"score": "rating", "attributes": {"region": "area"}}}
HEADER = "rating,area\n"


@pytest.fixture
def conn(settings: Settings) -> Iterator[Connection]:
    with connect(settings, SCHEMA) as connection:
        add_map(connection)
        yield connection


def upload(conn: Connection, text: str, mapping: dict[str, Any] = MAPPING) -> UUID:
    with conn.transaction():
        opened = open_file(io.BytesIO(text.encode()), mapping)
        id = store.create(conn, "test", "answers.csv", mapping, opened.layout)
        store.add_chunks(conn, id, opened.blocks)
    return id


def work_off(conn: Connection, settings: Settings, most: int | None = None) -> None:
    """What the worker does with the next import, or its first `most` transactions."""
    work = store.claim(conn)
    assert work is not None
    for number, _ in enumerate(worker.steps(conn, settings, work), 1):
        if number == most:
            break
    store.release(conn, work.id)


def outcome(conn: Connection, id: UUID) -> tuple[str, int, int, int, int]:
    row = store.find(conn, id)
    assert row is not None
    return row["state"], row["rows"], row["accepted"], row["duplicates"], row["rejected"]


def imported(conn: Connection, settings: Settings, text: str, mapping: dict[str, Any] = MAPPING) -> Any:
    id = upload(conn, text, mapping)
    work_off(conn, settings)
    return outcome(conn, id)


def test_answers_are_stored_as_historic_with_an_event_each(conn: Connection, settings: Settings) -> None:
    assert imported(conn, settings, HEADER + "7,north\n9,\n") == ("done", 2, 2, 0, 0)
    rows = conn.execute("SELECT score, segments, historic, channel FROM response ORDER BY score").fetchall()
    assert rows == [
        {"score": 7, "segments": {"region": "north"}, "historic": True, "channel": "import"},
        {"score": 9, "segments": {}, "historic": True, "channel": "import"},
    ]
    assert conn.execute("SELECT count(*) AS n FROM outbox WHERE historic").fetchone() == {"n": 2}


def test_the_same_file_twice_adds_nothing(conn: Connection, settings: Settings) -> None:
    text = HEADER + "7,north\n7,north\n9,south\n"
    assert imported(conn, settings, text) == ("done", 3, 3, 0, 0)
    assert imported(conn, settings, text) == ("done", 3, 0, 3, 0)


def test_a_longer_export_adds_what_is_new(conn: Connection, settings: Settings) -> None:
    imported(conn, settings, HEADER + "7,north\n7,north\n")
    assert imported(conn, settings, HEADER + "1,south\n" + "7,north\n" * 4) == ("done", 5, 3, 2, 0)


def test_the_first_row_with_an_id_wins(conn: Connection, settings: Settings) -> None:
    mapping = {"survey": "delivery-nps", "columns": {"score": "rating", "id": "area"}}
    assert imported(conn, settings, HEADER + "7,4711\n9,4711\n8,4712\n", mapping) == ("done", 3, 2, 1, 0)
    assert conn.execute("SELECT score FROM response ORDER BY score").fetchall() == [
        {"score": 7},
        {"score": 8},
    ]


def test_history_needs_no_live_survey(conn: Connection, settings: Settings) -> None:
    conn.execute("UPDATE survey SET status = 'archived'")
    assert imported(conn, settings, HEADER + "7,north\n") == ("done", 1, 1, 0, 0)


def test_bad_rows_are_kept_with_their_reason(conn: Connection, settings: Settings) -> None:
    id = upload(conn, HEADER + "7,north\n11,nor\0th\n8\n")
    work_off(conn, settings)
    assert outcome(conn, id) == ("done", 3, 1, 0, 2)
    rows = store.rejects(conn, id, 0, 10)
    assert [(row["row"], row["line"]) for row in rows] == [(2, 3), (3, 4)]
    assert rows[0]["errors"]["rating"] == "11 is outside 0-10"
    assert "NUL" in rows[0]["errors"]["area"]


def test_a_quote_that_is_never_closed_fails_the_rest(conn: Connection, settings: Settings) -> None:
    id = upload(conn, HEADER + "7,north\n" * 1500 + '9,"' + ("x" * 99 + "\n") * 2000)
    work_off(conn, settings)
    found = store.find(conn, id)
    assert found is not None
    assert (found["state"], found["accepted"]) == ("failed", 1500)
    assert found["message"].startswith("row 1501: ")


def test_it_goes_on_where_it_was_stopped(
    conn: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "ROWS_A_TRANSACTION", 3)
    monkeypatch.setattr("services.survey.imports.text.BLOCK_BYTES", 16)
    id = upload(conn, HEADER + "".join(f'{n % 11},"a\nb{n % 4}"\n' for n in range(30)) * 2)
    for stop in (1, 2, 3, 1):
        work_off(conn, settings, stop)
        assert outcome(conn, id)[0] == "running"
    work_off(conn, settings)
    assert outcome(conn, id) == ("done", 60, 60, 0, 0)


def test_two_workers_never_share_an_import(conn: Connection, settings: Settings) -> None:
    upload(conn, HEADER + "7,north\n")
    work = store.claim(conn)
    assert work is not None
    with connect(settings, SCHEMA) as other:
        assert store.claim(other) is None
        store.release(conn, work.id)
        assert store.claim(other) is not None


def test_a_row_that_kills_every_worker_is_given_up(conn: Connection, settings: Settings) -> None:
    id = upload(conn, HEADER + "7,north\n")
    for _ in range(worker.MAX_ATTEMPTS):
        assert store.claim(conn)
    work_off(conn, settings)
    found = store.find(conn, id)
    assert found is not None
    assert found["state"] == "failed"
    assert "given up" in found["message"]


def test_nothing_of_a_finished_file_is_left(conn: Connection, settings: Settings) -> None:
    imported(conn, settings, HEADER + "7,north\n")
    while store.sweep(conn, datetime.now(UTC)):
        pass
    for table in ("import_chunk", "import_content"):
        assert conn.execute(f"SELECT count(*) AS n FROM {table}").fetchone() == {"n": 0}
