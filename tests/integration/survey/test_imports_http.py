"""`/v1/imports`: what an admin sees when a file is good, and each way in which it can be bad."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.survey import SCHEMA, worker
from services.survey.app import create_app
from services.survey.store import imports as store
from shared.access import create_key
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.survey.maps import add_map

MAPPING = """{"survey": "delivery-nps", "timezone": "Europe/Berlin",
    "columns": {"score": "rating", "comment": "words", "answered_at": "when"}}"""
GOOD = "rating,words,when\n7,fine,2026-07-01 12:00\n11,=bad,2026-07-02 12:00\n9,,soon\n"


class Api:
    """A client with an admin's key."""

    def __init__(self, client: FlaskClient, key: str) -> None:
        self.client, self.headers = client, {"Authorization": f"Bearer {key}"}

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)

    def upload(self, file: bytes | str | None, mapping: str | None = MAPPING, query: str = "") -> Any:
        data: dict[str, Any] = {} if mapping is None else {"mapping": mapping}
        if file is not None:
            data["file"] = (io.BytesIO(file.encode() if isinstance(file, str) else file), "answers.csv")
        return self.client.post(f"/v1/imports{query}", data=data, headers=self.headers)


@pytest.fixture
def conn(settings: Settings) -> Iterator[Connection]:
    with connect(settings, SCHEMA) as connection:
        add_map(connection)
        yield connection


@pytest.fixture
def api(conn: Connection, settings: Settings) -> Iterator[Api]:
    app = create_app(settings)
    yield Api(app.test_client(), create_key(conn, "admin", "test"))
    app.extensions["journeyloop"].pool.close()


def work_off(conn: Connection, settings: Settings) -> None:
    work = store.claim(conn)
    assert work is not None
    for _ in worker.steps(conn, settings, work):
        pass
    store.release(conn, work.id)


def test_an_import_from_upload_to_rejects(api: Api, conn: Connection, settings: Settings) -> None:
    answer = api.upload(GOOD)
    assert answer.status_code == 202
    path = answer.headers["Location"]
    queued = api.get(path).json
    assert (queued["state"], queued["progress"], queued["rows"]) == ("queued", 0.25, 0)
    work_off(conn, settings)
    done = api.get(path).json
    assert {name: done[name] for name in ("state", "rows", "accepted", "duplicates", "rejected", "progress")} == {
        "state": "done", "rows": 3, "accepted": 1, "duplicates": 0, "rejected": 2, "progress": 1.0,
    }  # fmt: skip
    assert done["errors"][0] == {"row": 2, "line": 3, "field": "rating", "message": "11 is outside 0-10"}
    assert (done["errors"][1]["row"], done["errors"][1]["field"]) == (3, "when")
    rejects = api.get(f"{path}/rejects.csv")
    assert rejects.content_type == "text/csv; charset=utf-8"
    assert rejects.text.splitlines()[:2] == [
        "reason,rating,words,when",
        "rating: 11 is outside 0-10,11,'=bad,2026-07-02 12:00",
    ]


def test_a_dry_run_writes_nothing(api: Api, conn: Connection) -> None:
    answer = api.upload(GOOD, query="?dry_run=true")
    assert answer.status_code == 200
    shown = answer.json
    assert (shown["checked"], shown["rejected"]) == (3, 2)
    assert shown["rows"][0]["answered_at"] == "2026-07-01T10:00:00.000000Z"
    assert [error["row"] for error in shown["errors"]] == [2, 3]
    assert conn.execute("SELECT count(*) AS n FROM import").fetchone() == {"n": 0}


def test_the_list_is_newest_first_and_paged(api: Api) -> None:
    ids = [api.upload(GOOD).json["id"] for _ in range(3)]
    first = api.get("/v1/imports?limit=2").json
    second = api.get(f"/v1/imports?limit=2&cursor={first['next']}").json
    assert [one["id"] for one in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None
    assert api.get("/v1/imports?cursor=nonsense").status_code == 422
    assert api.get("/v1/imports?cursor=WyJ4IiwieSJd").status_code == 422


@pytest.mark.parametrize(
    ("file", "field", "text"),
    [
        (b"", "file", "the file is empty"),
        (None, "file", "Send the CSV file"),
        ("words,when\na,2026-07-01\n", "columns.score", "the file has no column ‘rating’"),
        ("rating,words,when\n7,naïve,\n".encode("latin-1"), "file", "line 2 is not utf-8"),
        (b"PK\x03\x04", "file", "workbook"),
    ],
)
def test_files_that_are_refused_at_once(
    api: Api, conn: Connection, file: bytes | str | None, field: str, text: str
) -> None:
    answer = api.upload(file)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert text in answer.json["errors"][field][0]
    assert conn.execute("SELECT count(*) AS n FROM import").fetchone() == {"n": 0}


def test_a_wrong_byte_far_behind_leaves_nothing(api: Api, conn: Connection) -> None:
    answer = api.upload(b"rating,words,when\n" + b"7,a,\n" * 700_000 + b"7,\xe9,\n")
    assert answer.status_code == 422
    assert "line 700002 is not utf-8" in answer.json["errors"]["file"][0]
    assert conn.execute("SELECT count(*) AS n FROM import_chunk").fetchone() == {"n": 0}


@pytest.mark.parametrize(
    ("mapping", "status", "field"),
    [
        (None, 422, "mapping"),
        ("{", 400, None),
        ("[]", 422, None),
        ('{"survey": "delivery-nps", "columns": {}}', 422, "columns.score"),
        ('{"columns": {"score": "rating"}}', 422, "survey"),
        ('{"survey": "gone", "columns": {"score": "rating"}}', 422, "survey"),
        (
            '{"survey_by": {"column": "words", "values": {"a": "gone"}}, "columns": {"score": "rating"}}',
            422,
            "survey_by.values.a",
        ),
        ('{"survey": "delivery-nps", "columns": {"score": "rating", "answered_at": "when"}}', 422, "timezone"),
        ('{"survey": "delivery-nps", "columns": {"score": "rating"}, "timezone": "Mars/X"}', 422, "timezone"),
        ('{"survey": "delivery-nps", "columns": {"score": "rating"}, "encoding": "x"}', 422, "encoding"),
        ('{"survey": "delivery-nps", "columns": {"score": "rating"}, "colour": "x"}', 422, "colour"),
        ('{"survey": "delivery-nps", "columns": {"score": "rat\\u0000ing"}}', 400, None),
    ],
)  # fmt: skip
def test_mappings_that_are_refused(api: Api, mapping: str | None, status: int, field: str | None) -> None:
    answer = api.upload(GOOD, mapping)
    assert answer.status_code == status, answer.text
    if field:
        assert field in answer.json["errors"]


def test_a_mapping_may_come_as_a_file(api: Api) -> None:
    data = {"file": (io.BytesIO(GOOD.encode()), "a.csv"), "mapping": (io.BytesIO(MAPPING.encode()), "m.json")}
    answer = api.client.post("/v1/imports", data=data, headers=api.headers)
    assert answer.status_code == 202


def test_a_file_above_the_limit(conn: Connection, settings: Settings) -> None:
    app = create_app(replace(settings, import_max_mb=1))
    small = Api(app.test_client(), create_key(conn, "admin", "test"))
    assert small.upload("rating,words,when\n" + "7,a,\n" * 150_000).status_code == 202
    assert small.upload("rating,words,when\n" + "7,a,\n" * 300_000).status_code == 413
    app.extensions["journeyloop"].pool.close()


def test_who_may(api: Api, conn: Connection) -> None:
    assert api.client.post("/v1/imports").status_code == 401
    lead = {"Authorization": f"Bearer {create_key(conn, 'lead', 'test')}"}
    assert api.client.get("/v1/imports", headers=lead).status_code == 403


def test_unknown_imports(api: Api) -> None:
    for path in (
        "00000000-0000-0000-0000-000000000000",
        "x",
        "00000000-0000-0000-0000-000000000000/rejects.csv",
    ):
        assert api.get(f"/v1/imports/{path}").status_code == 404
