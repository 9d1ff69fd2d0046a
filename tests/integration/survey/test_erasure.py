"""Erasing a person: nothing names them afterwards, their scores stay counted, and nothing brings them back."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from services.survey import respondents, worker
from services.survey.imports.opening import open_file
from services.survey.store import imports
from shared.events import RESPONSES, isoformat
from shared.settings import Settings
from tests.integration.survey.conftest import Service

OLD_KEY = b"an old pseudonym key of the tests, long enough"
CSV = """rating,who,said,when
3,cust-one,slow,2026-01-02T10:00:00Z
9,cust-two,fine,2026-01-03T10:00:00Z
x,cust-one,odd,
"""
MAPPING = {
    "survey": "delivery-nps",
    "columns": {"score": "rating", "respondent": "who", "comment": "said", "answered_at": "when"},
}


def erase(shop: Service, name: str = "cust-one") -> dict[str, Any]:
    answer = shop.call("POST", "/v1/respondents/erase", json={"respondent": name})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json
    return found


def export(shop: Service, name: str = "cust-one") -> dict[str, Any]:
    answer = shop.call("POST", "/v1/respondents/export", json={"respondent": name})
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.json
    return found


def batch(shop: Service, **fields: Any) -> Any:
    item = {"survey": "delivery-nps", "id": str(uuid4()), "score": 5, "respondent": "cust-one", **fields}
    return shop.call("POST", "/v1/responses/batch", json=[item]).json


def run_import(shop: Service, settings: Settings, text: str = CSV, *, later: bool = False) -> dict[str, Any]:
    """What becomes of an upload; `later`: it is stored, and the worker has not come to it."""
    with shop.conn.transaction():
        opened = open_file(io.BytesIO(text.encode()), MAPPING)
        id = imports.create(shop.conn, "test", "old.csv", MAPPING, opened.layout)
        imports.add_chunks(shop.conn, id, opened.blocks)
    if not later:
        work_off(shop, settings)
    found = imports.find(shop.conn, id)
    assert found is not None
    return found


def work_off(shop: Service, settings: Settings) -> None:
    work = imports.claim(shop.conn)
    assert work is not None
    assert list(worker.steps(shop.conn, settings, work))
    imports.release(shop.conn, work.id)


def everything(shop: Service) -> str:
    """All that the service's tables hold, as text."""
    tables = shop.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'survey'")
    return "".join(
        str(shop.rows(f"SELECT row_to_json(t)::text AS row FROM {table['tablename']} AS t"))
        for table in tables
    )


def test_nothing_names_the_person_any_more(shop: Service, settings: Settings) -> None:
    run_import(shop, settings)
    shop.answer(respondent="cust-one", comment="call me", attributes={"plan": "pro", "mail": "c@x.example"})
    stranger = shop.answer(respondent="cust-two", comment="stay", attributes={"mail": "b@x.example"}).json[
        "id"
    ]
    digest = respondents.pseudonym(settings.respondent_keys, "cust-one")
    shop.conn.execute(
        "INSERT INTO contact VALUES (%s, %s, 'delivery-nps', now(), NULL, now())",
        [digest.digest, digest.key_id],
    )
    answer_ids = [str(row["answer_id"]) for row in shop.rows("SELECT * FROM response WHERE score <> 9")]
    receipt = erase(shop, " cust-one ")
    assert {name: receipt[name] for name in receipt if name not in ("id", "erased_at")} == {
        "answers": 2, "comments": 2, "contacts": 1, "rejected_rows": 1, "waiting_imports": 0,
        "contact_details": 0, "follow_ups": 0,
    }  # fmt: skip
    left = everything(shop)
    for trace in ("call me", "slow", "odd", "c@x.example", "cust-one"):
        assert trace not in left
    for kept in ("stay", "b@x.example", "fine", stranger):
        assert kept in left
    gone = shop.rows("SELECT * FROM response WHERE respondent IS NULL")
    assert [(row["score"], row["segments"], row["attributes"]) for row in gone] == [
        (3, {}, {}),
        (9, {"plan": "pro"}, {}),
    ]
    assert not {str(row["answer_id"]) for row in gone} & set(answer_ids)
    found = export(shop)
    assert [found["answers"], found["contacts"], found["rejected_rows"]] == [[], [], []]
    assert erase(shop)["answers"] == 0
    assert len(export(shop)["erased_at"]) == 2


def test_an_address_in_other_capitals_is_the_same(shop: Service, settings: Settings) -> None:
    told = "rating,who,said,when\nx,no.name, Ana@Shop.EXAMPLE ,\nx,ANA,ana@shop.examples,\n"
    run_import(shop, settings, told)
    assert [row["cells"]["who"] for row in export(shop, "ANA@shop.example")["rejected_rows"]] == ["no.name"]
    assert erase(shop, "ana@shop.example")["rejected_rows"] == 1
    run_import(shop, settings, told.replace("no.name", "another"))
    assert [row["cells"][1] for row in shop.rows("SELECT cells FROM import_reject")] == ["ANA"] * 2
    assert erase(shop, "ana")["rejected_rows"] == 0, "another name is another person"


def test_export_holds_everything(shop: Service, settings: Settings) -> None:
    run_import(shop, settings)
    shop.answer(
        respondent="cust-one", comment="call me", attributes={"plan": "pro", "mail": "c@x.example"}, lang="de"
    )
    run_import(shop, settings, CSV.replace("fine", "cust-one was here"), later=True)
    found = export(shop)
    old, new = found["answers"]
    assert (old["score"], old["comment"], old["historic"], old["counted"]) == (3, "slow", True, True)
    assert new["attributes"] == {"plan": "pro", "mail": "c@x.example"}
    assert (new["verified"], new["lang"], new["stage"]) == (False, "de", "delivery")
    assert new["question"]["de"] == "Würden Sie uns empfehlen?"
    (row,) = found["rejected_rows"]
    assert (row["file_name"], row["cells"]["said"]) == ("old.csv", "odd")
    assert [waiting["file_name"] for waiting in found["waiting_imports"]] == ["old.csv"]
    assert shop.put_survey(question={"en": "And now?", "de": "Und jetzt?"}).status_code == 200
    assert export(shop)["answers"][0]["question"] is None


def test_found_under_every_key_listed(shop: Service, settings: Settings) -> None:
    shop.answer(respondent="cust-one")
    shop.conn.execute(
        "UPDATE response SET respondent = %s, respondent_key = 'k0'",
        [respondents.pseudonym({"k0": OLD_KEY}, "cust-one").digest],
    )
    assert export(shop)["answers"] == []
    keys = settings.respondent_keys | {"k0": OLD_KEY}
    shop.app.extensions["journeyloop"].settings = replace(settings, respondent_keys=keys)
    assert len(export(shop)["answers"]) == 1
    assert erase(shop)["answers"] == 1


def test_sent_again_it_is_a_200_that_stores_nothing(shop: Service) -> None:
    fields: dict[str, Any] = {"id": str(uuid4()), "score": 4, "respondent": "cust-one", "comment": "call me"}
    token = shop.answer(**fields).json["edit_token"]
    erase(shop)
    before = (shop.rows("SELECT * FROM response"), shop.events(RESPONSES))
    again = shop.answer(**fields)
    assert (again.status_code, again.json["edit_token"]) == (200, token)
    assert shop.answer(**fields | {"score": 7, "comment": "other"}).status_code == 200
    assert shop.answer(**fields | {"respondent": None}).status_code == 200
    assert batch(shop, **fields)["duplicates"] == 1
    amend = shop.call("PATCH", f"/v1/responses/{fields['id']}", None, json={"score": 1, "edit_token": token})
    assert amend.status_code == 404
    shop.put_survey(status="paused")
    assert shop.answer(**fields).status_code == 200
    assert (shop.rows("SELECT * FROM response"), shop.events(RESPONSES)) == before


def test_what_was_given_before_and_comes_later_is_counted_and_nobodys(shop: Service) -> None:
    receipt = erase(shop)
    before = isoformat(datetime.fromisoformat(receipt["erased_at"]) - timedelta(seconds=1))
    queued: dict[str, Any] = {
        "id": str(uuid4()),
        "respondent": "cust-one",
        "comment": "call me",
        "answered_at": before,
    }
    assert [shop.answer(**queued).status_code for _ in range(2)] == [201, 200]
    (row,) = shop.rows("SELECT * FROM response")
    assert (row["score"], row["respondent"], row["comment"]) == (9, None, None)
    assert str(row["id"]) != queued["id"]
    assert [batch(shop, **queued)["duplicates"], batch(shop, answered_at=before)["accepted"]] == [1, 1]
    assert export(shop)["answers"] == []
    assert len(shop.events(RESPONSES)) == 2


def test_who_answers_again_afterwards_is_known_again(shop: Service) -> None:
    shop.answer(respondent="cust-one")
    erase(shop)
    shop.answer(respondent="cust-one", comment="hello again")
    assert [answer["comment"] for answer in export(shop)["answers"]] == ["hello again"]


def test_the_same_file_again_brings_nobody_back(shop: Service, settings: Settings) -> None:
    assert run_import(shop, settings)["accepted"] == 2
    erase(shop)
    again = run_import(shop, settings)
    assert (again["accepted"], again["duplicates"], again["rejected"]) == (0, 2, 1)
    assert export(shop)["rejected_rows"] == export(shop)["answers"] == []
    longer = "rating,who,said,when,more\n3,cust-one,slow,2026-01-02T10:00:00Z,x\n4,cust-one,untimed,,x\n"
    assert run_import(shop, settings, longer)["accepted"] == 2
    assert export(shop)["answers"] == []
    assert "untimed" not in everything(shop)


def test_a_file_that_waits_while_its_person_is_erased(shop: Service, settings: Settings) -> None:
    run_import(shop, settings, later=True)
    assert erase(shop)["waiting_imports"] == 1
    work_off(shop, settings)
    left = everything(shop)
    assert "slow" not in left
    assert "odd" not in left
    assert "fine" in left
    assert len(shop.events(RESPONSES)) == 2


def test_odd_bodies(shop: Service) -> None:
    odd: list[tuple[Any, str]] = [
        ({}, "respondent"),
        ({"respondent": " "}, "respondent"),
        ({"respondent": "x" * 201}, "respondent"),
        ({"respondent": 7}, "respondent"),
        ({"respondent": "cust-one", "also": 1}, "also"),
    ]
    for what in ("export", "erase"):
        path = f"/v1/respondents/{what}"
        for body, field in odd:
            answer = shop.call("POST", path, json=body)
            assert (body, answer.status_code, list(answer.json["errors"])) == (body, 422, [field])
        assert shop.call("POST", path, "lead", json={"respondent": "cust-one"}).status_code == 403
        assert shop.call("POST", path, json={"respondent": "\0"}).status_code == 400
    assert shop.rows("SELECT * FROM erasure") == []


def test_a_tombstone_gives_no_id_away_and_an_old_one_still_counts(shop: Service) -> None:
    """What the client called the answer may name somebody (a UUID of an order's number); 0.1.0 kept it."""
    mine, old = (str(uuid4()) for _ in range(2))
    assert shop.answer(id=mine, respondent="cust-one").status_code == 201
    erase(shop)
    assert mine not in everything(shop)
    shop.conn.execute("INSERT INTO tombstone VALUES (%s)", [old])
    for id in (mine, old):
        assert shop.answer(id=id, comment="again").status_code == 200
        assert batch(shop, id=id)["duplicates"] == 1
    assert len(shop.rows("SELECT FROM response")) == 1
