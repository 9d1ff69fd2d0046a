"""A person is erased while their answers, the same again, amendments and their place in a batch come in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from dev.ports import wait_until
from services.survey import SCHEMA
from services.survey.accept import NewAnswer, accept_many
from services.survey.answers import read
from services.survey.follow_ups import working
from services.survey.store import surveys
from shared.access.principal import Principal
from shared.db import connect
from shared.events import RECORDED, RESPONSES, response_type
from shared.settings import Settings
from tests.integration.survey.cases import cases, following, unhappy
from tests.integration.survey.conftest import Service

NAME = "cust-one"
FIRST, LATER = 4, 12


def test_nothing_of_before_is_left_and_nothing_counts_twice(shop: Service) -> None:
    ids = [str(uuid4()) for _ in range(FIRST + LATER)]
    tokens = [answer(shop, id).json["edit_token"] for id in ids[:FIRST]]

    def amend(n: int) -> Any:
        body = {"comment": f"changed {n}", "score": n % 11, "edit_token": tokens[n % FIRST]}
        return shop.call("PATCH", f"/v1/responses/{ids[n % FIRST]}", None, json=body)

    def batch(n: int) -> Any:
        items = [{"survey": "delivery-nps", "id": id, "score": 5, "respondent": NAME} for id in ids[n::3]]
        return shop.call("POST", "/v1/responses/batch", json=items)

    with ThreadPoolExecutor(8) as threads:
        sent = [threads.submit(answer, shop, id) for id in ids + ids[:FIRST]]
        amended = [threads.submit(amend, n) for n in range(8)]
        erased = [threads.submit(erase, shop) for _ in range(2)]
        sent += [threads.submit(answer, shop, id) for id in ids]
        batches = [threads.submit(batch, n) for n in range(3)]
        erased += [threads.submit(erase, shop)]
        amended += [threads.submit(amend, n) for n in range(8)]
    assert {future.result().status_code for future in sent} <= {200, 201}
    assert {future.result().status_code for future in amended} <= {200, 404}
    assert {future.result().status_code for future in erased + batches} == {200}

    last = shop.rows("SELECT max(erased_at) AS at FROM erasure")[0]["at"]
    rows = shop.rows("SELECT * FROM response")
    assert len(rows) == len(ids)
    recorded = [event for event in shop.events(RESPONSES) if event["type"] == response_type(RECORDED)]
    assert len(recorded) == len(ids)
    assert all(row["answered_at"] > last for row in rows if row["respondent"])
    assert all(row["respondent"] for row in rows if row["comment"])
    tombstones = {row["id"] for row in shop.rows("SELECT id FROM tombstone")}
    kept = {str(row["id"]) for row in rows if row["respondent"]}
    assert {id for id in ids if UUID(bytes=sha256(UUID(id).bytes).digest()[:16]) in tombstones} | kept == set(
        ids
    )
    assert len(tombstones) + len(kept) == len(ids)


def test_an_answer_half_written_is_waited_for(shop: Service, settings: Settings) -> None:
    """Its transaction began before the erasure and commits while that waits: it is nobody's afterwards."""
    now = datetime.now(UTC)
    with connect(settings, SCHEMA, autocommit=False) as writer, ThreadPoolExecutor(1) as threads:
        definition = surveys.definitions(writer, ["delivery-nps"])["delivery-nps"]
        item = NewAnswer(
            definition, read({"id": str(uuid4()), "score": 5, "respondent": NAME}, definition, now)
        )
        accept_many(writer, [item], now, settings.respondent_keys)
        erased = threads.submit(erase, shop)
        waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'response'::regclass"
        wait_until(lambda: bool(shop.rows(waiting)), "the erasure to wait")
        writer.commit()
        assert erased.result().json["answers"] == 1
    assert [row["respondent"] for row in shop.rows("SELECT respondent FROM response")] == [None]


def test_a_note_written_at_the_same_moment(shop: Service, settings: Settings) -> None:
    """It is in a transaction of its own, and commits while the erasure waits: its words are gone afterwards."""
    following(shop)
    unhappy(shop, respondent=NAME)
    id = UUID(cases(shop)[0]["id"])
    who = Principal("ana", "Ana", "lead")
    with connect(settings, SCHEMA, autocommit=False) as writer, ThreadPoolExecutor(1) as threads:
        working.change(writer, working.locked(writer, id), {"note": "Mrs Planted calls back"}, who)
        erased = threads.submit(erase, shop)
        wait_until(lambda: bool(shop.rows("SELECT FROM pg_locks WHERE NOT granted")), "the erasure to wait")
        writer.commit()
        assert erased.result().json["follow_ups"] == 1
    left = shop.rows("SELECT note FROM follow_up") + shop.rows("SELECT detail FROM follow_up_event")
    assert "Planted" not in str(left)
    refused = shop.call("PATCH", f"/v1/follow-ups/{id}", "lead", json={"note": "Mrs Planted again"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["note"])


def answer(shop: Service, id: str) -> Any:
    return shop.answer(id=id, score=5, respondent=NAME)


def erase(shop: Service) -> Any:
    return shop.call("POST", "/v1/respondents/erase", json={"respondent": NAME})
