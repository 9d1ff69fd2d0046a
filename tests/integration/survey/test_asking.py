"""Who is asked: verified respondents by what we keep of them, anybody else by what their browser remembers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from services.survey.app import create_app
from services.survey.signatures import sign
from shared.settings import Settings
from tests.integration.survey.conftest import SURVEY, Service

FORM = "/v1/surveys/{}/form"


def secret(shop: Service, survey: str = "delivery-nps") -> str:
    return str(shop.call("GET", f"/v1/surveys/{survey}/secret").json["secret"])


def form(shop: Service, survey: str = "delivery-nps", **query: Any) -> Any:
    query = {"draw": 0} | query
    return shop.call("GET", FORM.format(survey) + "?" + urlencode(query), None).json


def step(shop: Service, name: str, survey: str = "delivery-nps", **who: str) -> int:
    path = f"/v1/surveys/{survey}/impressions"
    return int(shop.call("POST", path, None, json={"step": name, **who}).status_code)


def earlier(shop: Service, days: float) -> None:
    """As if everything kept of respondents had happened `days` earlier."""
    for column in ("asked_at", "dismissed_at", "never_at"):
        shop.conn.execute(f"UPDATE contact SET {column} = {column} - make_interval(days => %s)", [int(days)])


@pytest.fixture
def asking(shop: Service) -> Service:
    """delivery-nps (a moment of truth) asks everybody every 30 days; basket-csat (not one) has no cooldown."""
    shop.put_survey(fatigue={"cooldown_days": 30})
    basket = {"stage": "order", "touchpoint": "basket", "metric": "csat", "fatigue": {}}
    assert shop.put_survey("basket-csat", **basket).status_code == 201
    return shop


def test_a_verified_respondent_is_asked_once_a_cooldown(asking: Service) -> None:
    who = {"respondent": "c-123", "sig": sign(secret(asking), "c-123")}
    assert form(asking, **who)["show"]
    again = form(asking, explain=1, **who)
    assert not again["show"]
    assert again["hidden_because"].startswith("asked by any survey until ")
    assert again["explain"][0]["text"] == "respondent: verified"
    assert form(asking, respondent="c-9", sig=sign(secret(asking), "c-9"))["show"]
    earlier(asking, 2)
    assert form(asking, **who)["hidden_because"].startswith("cooldown until ")
    earlier(asking, 28)
    assert form(asking, **who)["show"]
    assert "c-123" not in str(asking.rows("SELECT * FROM contact"))


def test_the_rest_holds_between_surveys_and_moments_of_truth_go_first(asking: Service) -> None:
    basket = {"respondent": "c-1", "sig": sign(secret(asking, "basket-csat"), "c-1")}
    delivery = {"respondent": "c-1", "sig": sign(secret(asking), "c-1")}
    assert form(asking, "basket-csat", **basket)["show"]
    assert not form(asking, **delivery)["show"]
    earlier(asking, 2)
    assert not form(asking, "basket-csat", **basket)["show"]
    assert form(asking, **delivery)["show"]


def test_two_tabs_get_one_question(asking: Service) -> None:
    who: dict[str, Any] = {"respondent": "c-1", "sig": sign(secret(asking), "c-1")}
    with ThreadPoolExecutor(6) as threads:
        shown = list(threads.map(lambda _: form(asking, **who)["show"], range(6)))
    assert shown.count(True) == 1


@pytest.mark.parametrize("sig", ["", "0" * 64, "nonsense"])
def test_a_forged_signature_uses_up_and_reads_nothing(asking: Service, sig: str) -> None:
    name, right = "c-123", sign(secret(asking), "c-123")
    assert all(form(asking, respondent=name, sig=sig)["show"] for _ in range(3))
    for kind in ("dismissed", "never"):
        assert step(asking, kind, respondent=name, sig=sig) == 204
    asking.answer(respondent=name, sig=sig)
    assert asking.rows("SELECT * FROM contact") == []
    (row,) = asking.rows("SELECT respondent, respondent_verified FROM response")
    assert row["respondent_verified"] is False
    assert form(asking, respondent=name, sig=right)["show"], "used up by somebody else"
    forged = form(asking, respondent=name, sig=sig, explain=1)
    assert forged["show"], "reads another person's cooldown"
    assert "c-123" not in str(forged)
    assert forged == form(asking, respondent="nobody-ever-seen", sig=sig, explain=1)
    other = sign(secret(asking, "basket-csat"), name)
    assert form(asking, respondent=name, sig=other)["show"], "another survey's secret"


def test_an_answer_counts_as_asked_and_is_never_refused(asking: Service) -> None:
    who: dict[str, Any] = {"respondent": "c-1", "sig": sign(secret(asking), "c-1")}
    for _ in range(2):
        assert asking.answer(**who).status_code == 201
    assert [row["respondent_verified"] for row in asking.rows("SELECT * FROM response")] == [True, True]
    assert not form(asking, **who)["show"]
    batch = [{"id": str(uuid4()), "survey": "delivery-nps", "score": 9, "respondent": "c-2"}]
    assert asking.call("POST", "/v1/responses/batch", "collector", json=batch).json["accepted"] == 1
    assert not form(asking, respondent="c-2", sig=sign(secret(asking), "c-2"))["show"]


def test_dismissed_and_never(asking: Service) -> None:
    asking.put_survey(fatigue={"cooldown_days": 1})
    who: dict[str, Any] = {"respondent": "c-1", "sig": sign(secret(asking), "c-1")}
    assert form(asking, **who)["show"]
    assert step(asking, "dismissed", **who) == 204
    earlier(asking, 10)
    assert form(asking, **who)["hidden_because"].startswith("dismissed until ")
    earlier(asking, 20)
    assert form(asking, **who)["show"]
    assert step(asking, "never", **who) == 204
    earlier(asking, 900)
    basket = {"respondent": "c-1", "sig": sign(secret(asking, "basket-csat"), "c-1")}
    assert form(asking, **who)["hidden_because"] == "asked not to be asked again"
    assert form(asking, "basket-csat", **basket)["hidden_because"] == "asked not to be asked again"


def test_others_by_what_their_browser_remembers(asking: Service) -> None:
    def ago(**time: float) -> int:
        return int((datetime.now(UTC) - timedelta(**time)).timestamp())

    assert not form(asking, asked=ago(days=29))["show"]
    assert form(asking, asked=ago(days=31))["show"]
    assert form(asking, asked=2**53)["show"]
    assert form(asking, "basket-csat", asked=ago(days=1))["show"]
    assert form(asking, "basket-csat", asked=-ago(days=29))["hidden_because"].startswith("dismissed until ")
    assert form(asking, "basket-csat", asked=-ago(days=31))["show"]
    assert not form(asking, asked=ago(days=1), respondent="c-1", sig="forged")["show"]
    asking.put_survey(fatigue={"sample_rate": 0.5})
    first = [form(asking, draw=draw)["show"] for draw in range(40)]
    assert 8 < sum(first) < 32
    assert [form(asking, draw=draw)["show"] for draw in range(40)] == first
    asking.put_survey(fatigue={"sample_rate": 0})
    assert not form(asking)["show"]
    assert form(asking)["hidden_because"].startswith("sampling: ")


def test_pseudonym_keys_and_secrets_rotate(asking: Service, settings: Settings) -> None:
    before = secret(asking)
    who: dict[str, Any] = {"respondent": "c-1", "sig": sign(before, "c-1")}
    assert form(asking, **who)["show"]
    keys = {"k2": b"2" * 32, **settings.respondent_keys}
    later = create_app(replace(settings, respondent_keys=keys))
    query = urlencode({"draw": 0, **who})
    again: Any = later.test_client().get(f"{FORM.format('delivery-nps')}?{query}").json
    assert not again["show"]
    later.extensions["journeyloop"].pool.close()
    path = "/v1/surveys/delivery-nps/secret"
    rotated = asking.call("POST", f"{path}/rotate").json
    assert rotated == asking.call("GET", path).json
    assert rotated["secret"] != before
    assert rotated["previous_counts_until"]
    asking.answer(**who)
    asking.call("POST", f"{path}/rotate")
    asking.answer(**who)
    verified = "SELECT respondent_verified FROM response ORDER BY received_at"
    assert [row["respondent_verified"] for row in asking.rows(verified)] == [True, False]


def test_only_admins_see_the_secret(shop: Service) -> None:
    path = "/v1/surveys/delivery-nps/secret"
    for method, address in (("GET", path), ("POST", f"{path}/rotate")):
        assert shop.call(method, address, "lead").status_code == 403
        assert shop.call(method, address, None).status_code == 401
        assert shop.call(method, address.replace("delivery", "no")).status_code == 404
    public = shop.call("GET", "/v1/surveys/delivery-nps", "viewer").text + str(form(shop, draw=1))
    assert secret(shop) not in public
    assert SURVEY["question"]["en"] in public
