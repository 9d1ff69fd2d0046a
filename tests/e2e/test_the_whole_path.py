"""From one customer's answer to a score, and from a degradation to the owner's inbox: nothing but real parts."""

from __future__ import annotations

import random
import time
import uuid
from datetime import UTC, datetime

import pytest
import requests

from dev import ports
from dev.temporary_stack import Stack
from tests.e2e import outcome
from tests.e2e.collector import Api
from tests.e2e.shop import Shop, sliced

pytestmark = [pytest.mark.e2e, pytest.mark.broker]


@pytest.fixture
def shop(stack: Stack) -> Shop:
    found = Shop("path", Api(stack))
    found.open()
    return found


def test_from_an_answer_to_the_owners_inbox(stack: Stack, shop: Shop, rng: random.Random) -> None:
    sent = shop.history(rng)
    for items in sliced(sent, 2000):
        shop.api.batch(items)
    outcome.drained(stack)
    one_answer_becomes_a_score(stack, shop)
    drop = shop.drop(rng, 1500, unhappy=["pro"])
    sent += drop + [
        shop.healthy(rng, name, datetime.now(UTC)) for name in ("order", "manual") for _ in range(300)
    ]
    for items in sliced(sent[-2100:], 2000):
        shop.api.batch(items)
    outcome.drained(stack)
    outcome.recounted(stack)
    the_owner_was_told_once(stack, shop)


def one_answer_becomes_a_score(stack: Stack, shop: Shop) -> None:
    def passives() -> int:
        return shop.api.scores("survey", journey=shop.key)[shop.survey("order"), "nps"][7]

    before, began = passives(), time.monotonic()
    answer = requests.post(
        f"{stack.url('survey')}/v1/surveys/{shop.survey('order')}/responses",
        json={"id": str(uuid.uuid4()), "score": 7, "attributes": {"plan": "pro"}},
        timeout=10,
    )
    assert answer.status_code == 201, answer.text
    ports.wait_until(lambda: passives() == before + 1, "the answer's score")
    print(f"201 and a score after {time.monotonic() - began:.2f} s")


def the_owner_was_told_once(stack: Stack, shop: Shop) -> None:
    (incident,) = outcome.incidents(shop.api, shop)
    assert (incident["stage"], incident["metric"], incident["state"]) == ("delivery", "csat", "open")
    (mail,) = outcome.mails(stack, shop)
    assert "down" in mail["Subject"]
    assert mail["To"] == shop.address("delivery")
    plain = mail.get_body(("plain",))
    assert plain is not None
    (parcel,) = [
        line
        for line in plain.get_content().replace("−", "-").splitlines()
        if line.strip().startswith("Parcel")
    ]
    assert "plan pro" in parcel
    assert any(int(word) <= -10 for word in parcel.split() if word.lstrip("+-").isdigit()), parcel
