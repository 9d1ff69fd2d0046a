"""The public form: what it shows, which pages may call it, and how often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from services.survey.app import create_app
from shared.settings import Settings
from tests.integration.survey.conftest import Service

ID = "3b241101-e2bb-4255-8caf-4136c566a962"


def test_form(shop: Service) -> None:
    shop.put_survey(fatigue={})

    def form(query: str = "", **headers: str) -> Any:
        return shop.call("GET", f"/v1/surveys/delivery-nps/form{query}", None, headers=headers).json

    shown = form()
    assert (shown["show"], shown["lang"], shown["scale"]) == (True, "en", {"low": 0, "high": 10})
    assert shown["reasons"][0] == {"key": "late", "label": "It was late"}
    assert form("?lang=de-AT&respondent=c&sig=s&explain=1")["question"] == "Würden Sie uns empfehlen?"
    assert form(**{"Accept-Language": "fr, de;q=0.5"})["lang"] == "de"
    shop.put_survey(status="paused")
    assert (form()["show"], form()["hidden_because"]) == (False, "the survey is paused")
    assert shop.call("GET", "/v1/surveys/nowhere/form", None).status_code == 404


def test_origins(shop: Service) -> None:
    page, other = "https://shop.example", "https://evil.example"
    path = "/v1/surveys/delivery-nps/form"
    assert (
        shop.call("GET", path, None, headers={"Origin": other}).headers["Access-Control-Allow-Origin"]
        == other
    )
    shop.put_survey(origins=[page])
    calls: list[Callable[[dict[str, str]], Any]] = [
        lambda headers: shop.call("GET", path, None, headers=headers),
        lambda headers: shop.answer(headers=headers),
        lambda headers: shop.call("OPTIONS", "/v1/surveys/delivery-nps/responses", None, headers=headers),
    ]
    for call in calls:
        allowed, refused = call({"Origin": page}), call({"Origin": other})
        assert allowed.status_code in (200, 201)
        assert allowed.headers["Access-Control-Allow-Origin"] == page
        assert refused.status_code == 403
        assert "Origin" in allowed.headers.getlist("Vary")
        assert call({}).status_code in (200, 201)
    for call in calls[:2]:
        refused = call({"Origin": other})
        assert refused.headers["Access-Control-Allow-Origin"] == other, "an unread refusal is tried for ever"
        assert refused.json["detail"] == f"{other} is not among the survey's origins: {page}."
    assert "Access-Control-Allow-Origin" not in calls[2]({"Origin": other}).headers
    bad = shop.answer(score=11, headers={"Origin": page})
    assert (bad.status_code, bad.headers["Access-Control-Allow-Origin"]) == (422, page)
    preflight = shop.call("OPTIONS", f"/v1/responses/{ID}", None, headers={"Origin": page})
    assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Edit-Token" in preflight.headers["Access-Control-Allow-Headers"]


def test_rate_limit(shop: Service, settings: Settings) -> None:
    limited = create_app(replace(settings, public_rate_limit="3 per minute"))
    statuses = [limited.test_client().get("/v1/surveys/delivery-nps/form").status_code for _ in range(2)]
    statuses += [limited.test_client().get("/s/delivery-nps").status_code]
    refused = limited.test_client().post("/v1/surveys/delivery-nps/responses", json={})
    assert statuses == [200, 200, 200]
    assert (refused.status_code, refused.content_type) == (429, "application/problem+json")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert limited.test_client().get("/healthz").status_code == 200
    limited.extensions["journeyloop"].pool.close()
