"""What a shop has beside its answers, and what it is just about to send: for the test of backups."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from dev import mail_sink, ports
from dev.temporary_stack import Stack
from tests.e2e.collector import Item
from tests.e2e.shop import Shop

SOLVED, OPEN = "solved@customers.example", "open@customers.example"
# Who sends what is due: of a customer's case, the question how it went, and to the team that it is theirs.
SENDERS = ("services:survey-worker", "services:alerts-notifier")


def furnish(shop: Shop) -> None:
    """A measure with values, and an action; unhappy customers of `tracking` may leave an address."""
    days = [str((datetime.now(UTC) - timedelta(days=day)).date()) for day in range(30, 0, -1)]
    measure = f"/v1/measures/{shop.key}/delivery/on-time"
    shop.api.put("aggregator", measure, {"name": "On time", "unit": "%", "direction": "up", "target": 95})
    values = [{"day": day, "value": 90 + number / 10} for number, day in enumerate(days)]
    shop.api.post("aggregator", f"{measure}/values", values)
    action = {"journey": shop.key, "stage": "delivery", "metric": "csat", "audience": "customer"}
    shop.api.put("alerts", f"/v1/actions/{shop.key}", action | {"title": "Slots", "started_on": days[20]})
    survey = f"/v1/surveys/{shop.survey('tracking')}"
    asking = {"ask_contact": {"en": "Yes, get in touch."}, "recovery_survey": shop.survey("manual")}
    document = shop.api.get("survey", survey)
    kept = {
        name: document[name]
        for name in ("journey", "stage", "touchpoint", "metric", "audience", "status", "question")
    }
    shop.api.put("survey", survey, kept | {"follow_ups": asking | {"score_at_most": 2}})


def inventory(shop: Shop) -> dict[str, Item]:
    """Everything of this as the services show it."""
    measure = shop.api.get("aggregator", f"/v1/measures/{shop.key}/delivery/on-time/values", window="90d")
    action = shop.api.get("alerts", f"/v1/actions/{shop.key}")
    cases = shop.api.get("survey", "/v1/follow-ups", journey=shop.key)["items"]
    assert len(measure["items"]) == 30
    assert {case["state"] for case in cases} == {"open", "resolved"}
    return {"values": measure["items"], "action": action, "cases": {case["id"]: case for case in cases}}


@contextmanager
def nobody_sends(stack: Stack) -> Iterator[None]:
    """Within it nobody sends what is due; after it they do, for the tests that follow too."""
    try:
        for sender in SENDERS:
            stack.stop(sender)
        yield
    finally:
        for sender in SENDERS:
            stack.start(sender)


def something_due(stack: Stack, shop: Shop, rng: random.Random) -> list[Item]:
    """Two customers' cases, one of them solved after its owner was to be told of it; their answers."""
    found = []
    for email in (SOLVED, OPEN):
        item = shop.item(rng, "tracking", "free", 1, datetime.now(UTC))
        body = item | {"contact": {"email": email, "consent": True}}
        shop.api.post("survey", f"/v1/surveys/{body.pop('survey')}/responses", body)
        found.append(item)
        ports.wait_until(lambda: announced(stack, shop) == len(found), "the case's announcement", 60)
        if email == SOLVED:
            (case,) = shop.api.get("survey", "/v1/follow-ups", journey=shop.key)["items"]
            done = {"state": "resolved", "outcome": "solved"}
            answer = shop.api.call("PATCH", "survey", f"/v1/follow-ups/{case['id']}", json=done)
            assert answer.ok, answer.text
    return found


def announced(stack: Stack, shop: Shop) -> int:
    with stack.connect() as conn:
        query = "SELECT FROM alerts.announcement WHERE kind = 'follow_up_assigned' AND journey = %s"
        return conn.execute(query, [shop.key]).rowcount


def sent_about_cases(stack: Stack, shop: Shop, times: int) -> set[str]:
    """Wait until each mail about them is there so many times, and see that each time it is the same one."""
    found = set()
    for address, subject in ((SOLVED, "How was the manual?"), (shop.address("delivery"), "customer")):
        wanted = partial(lambda *what: len(mails(stack, *what)) >= times, address, subject)
        ports.wait_until(wanted, f"mail {times} to {address}", 120)
        ids = mails(stack, address, subject)
        assert (len(ids), len(set(ids))) == (times, 1), "sent again with the same id"
        found |= set(ids)
    assert mails(stack, OPEN) == [], "whose case is not solved is not asked"
    return found


def mails(stack: Stack, address: str, subject: str = "") -> list[str]:
    """The Message-ID of each mail to `address` whose subject has these words."""
    ours = [mail for mail in mail_sink.read(stack.maildir) if address in str(mail["To"])]
    return [str(mail["Message-ID"]) for mail in ours if subject in str(mail["Subject"])]
