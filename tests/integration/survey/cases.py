"""A survey that follows up on low scores, and answers to it."""

from __future__ import annotations

from typing import Any

from shared.events import FOLLOW_UPS
from tests.integration.survey.conftest import Service

ASK = {"en": "Yes, contact me about my answer.", "de": "Ja, melden Sie sich dazu bei mir."}
FOLLOW: dict[str, Any] = {"score_at_most": 6, "due_hours": 48, "ask_contact": ASK}
# Planted: to be found in the survey schema and nowhere else.
EMAIL, NAME = "Planted.Customer@mail.example", "Planted Customer-Name"
CONTACT: dict[str, Any] = {"email": EMAIL, "name": NAME, "consent": True}


def following(shop: Service, **more: Any) -> None:
    """Let delivery-nps follow up."""
    assert shop.put_survey(follow_ups=FOLLOW | more).status_code in (200, 201), "delivery-nps"


def unhappy(shop: Service, **fields: Any) -> dict[str, Any]:
    """An answer of 2 whose giver may be contacted; what the service says."""
    given: dict[str, Any] = {"score": 2, "lang": "en", "contact": CONTACT} | fields
    sent = shop.answer(**given)
    assert sent.status_code == 201, sent.json
    found: dict[str, Any] = sent.json
    return found


def cases(shop: Service, query: str = "") -> list[dict[str, Any]]:
    """The list, as the API has it."""
    answer = shop.call("GET", f"/v1/follow-ups{query}", "viewer")
    assert answer.status_code == 200, answer.json
    found: list[dict[str, Any]] = answer.json["items"]
    return found


def told(shop: Service) -> list[dict[str, Any]]:
    """What the events about cases say, in order."""
    return [row["data"] for row in shop.events(FOLLOW_UPS)]


def kinds(shop: Service, id: str) -> list[str]:
    """What the history of a case says happened, oldest first."""
    return [line["kind"] for line in shop.call("GET", f"/v1/follow-ups/{id}").json["history"]]
