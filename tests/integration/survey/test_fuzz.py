"""No input makes the service stumble: whatever comes in, an answer below 500 goes out."""

from __future__ import annotations

import random
from typing import Any
from urllib.parse import quote
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration.survey.conftest import JOURNEY, SURVEY, Service

ANSWER: dict[str, Any] = {
    "id": str(UUID(int=1)), "score": 1, "comment": "x", "reasons": ["late"], "respondent": "c", "sig": "s",
    "attributes": {"plan": "pro"}, "lang": "en", "channel": "web", "answered_at": "2026-11-22T00:00:00Z",
}  # fmt: skip
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.floats(allow_nan=False), st.text(max_size=8),
    st.sampled_from(["\0", "9" * 30, "a" * 300, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "late"]),
    st.just([]), st.just({}), st.just([[]]), st.just({"en": None}), st.just({"": ""}), st.just([{}]), st.just([None]),
)  # fmt: skip
QUERIES = (
    "limit", "cursor", "archived", "journey", "survey", "stage", "score", "reason", "from", "to", "lang", "metric",
    "audience", "dry_run", "respondent", "sig", "explain", "asked", "draw", "t", "merge", "scale",
)  # fmt: skip
GETS = (
    "/v1/journeys", "/v1/surveys", "/v1/responses", "/v1/surveys/delivery-nps/form", "/s/delivery-nps",
    "/v1/surveys/delivery-nps/impressions", "/v1/surveys/delivery-nps/email", "/s/delivery-nps/unsubscribe",
    "/s/delivery-nps/qr.svg", "/s/delivery-nps/qr.png",
)  # fmt: skip
LINKS: dict[str, Any] = {
    "links": [{"respondent": "c", "attributes": {"plan": "pro"}, "lang": "en"}], "channel": "email",
    "expires_in_days": 3, "email": True,
}  # fmt: skip
IMPRESSION = {"step": "never", "respondent": "c", "sig": "s"}


def mutated(value: Any, odd: Any, rng: random.Random) -> Any:
    """`value` with one part, somewhere in it, replaced by `odd`."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(sorted(value))
        return {**value, key: mutated(value[key], odd, rng)}
    if isinstance(value, list) and value and rng.random() < 0.8:
        index = rng.randrange(len(value))
        return [*value[:index], mutated(value[index], odd, rng), *value[index + 1 :]]
    return odd


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.generate],
)
@given(ODD, st.integers(0, 2**32), st.text(st.characters(exclude_categories=["Cs"]), max_size=10))
def test_never_a_500(shop: Service, odd: Any, seed: int, text: str) -> None:
    rng = random.Random(seed)
    token = rng.choice([text, shop.answer(id=ANSWER["id"]).json.get("edit_token"), odd])
    calls: list[tuple[str, str, Any]] = [
        ("PUT", "/v1/journeys/shop", mutated(JOURNEY, odd, rng)),
        ("PUT", "/v1/surveys/delivery-nps", mutated(SURVEY, odd, rng)),
        ("PUT", f"/v1/journeys/{quote(text or '-', safe='')}?dry_run=true", JOURNEY),
        ("POST", "/v1/surveys/delivery-nps/responses", mutated(ANSWER, odd, rng)),
        ("POST", "/v1/responses/batch", mutated([{**ANSWER, "survey": "delivery-nps"}] * 2, odd, rng)),
        ("POST", "/v1/surveys/delivery-nps/links", mutated(LINKS, odd, rng)),
        ("POST", "/v1/surveys/delivery-nps/impressions", mutated(IMPRESSION, odd, rng)),
        ("PATCH", f"/v1/responses/{ANSWER['id']}", {rng.choice(list(ANSWER)): odd, "edit_token": token}),
    ]
    for method, path, body in calls:
        if not (isinstance(odd, int) and not -(2**63) <= odd < 2**64):
            check(shop.call(method, path, json=body), method, path, body)
    for path in GETS:
        query = f"{path}?{rng.choice(QUERIES)}={quote(text)}&{rng.choice(QUERIES)}={quote(str(odd))}"
        check(shop.call("GET", query), "GET", query, None)
    form = {
        name: rng.choice([str(odd), text])
        for name in rng.sample(["id", "score", "comment", "reasons", "lang", "t", "edit", "act"], 3)
    }
    check(shop.call("POST", "/s/delivery-nps", None, data=form), "POST", "/s", form)


def check(answer: Any, method: str, path: str, body: Any) -> None:
    assert answer.status_code < 500, (method, path, body, answer.text)
    if answer.status_code >= 400 and not answer.content_type.startswith("text/html"):
        assert answer.content_type == "application/problem+json"
