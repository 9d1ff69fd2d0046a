"""Displays: counted in memory, written every few seconds, read as a response rate; and pages that were blocked."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.survey import tallies
from services.survey.store import impressions
from shared.db import connect
from shared.settings import Settings
from tests.integration.survey.conftest import Service
from tests.processes import Processes

PAGE = {"Origin": "https://shop.example"}
PATH = "/v1/surveys/delivery-nps/impressions"


def step(shop: Service, name: Any) -> int:
    # As a page sends it: simple, without a preflight.
    body = f'{{"step": "{name}"}}'
    return int(shop.call("POST", PATH, None, data=body, headers=PAGE, content_type="text/plain").status_code)


def test_displays_and_the_response_rate(shop: Service, settings: Settings) -> None:
    assert shop.call("GET", PATH).json["total"]["response_rate"] is None
    for name, times in (("shown", 8), ("started", 3), ("dismissed", 1), ("never", 1)):
        assert [step(shop, name) for _ in range(times)] == [204] * times
    sent: dict[str, Any] = {"id": "3b241101-e2bb-4255-8caf-4136c566a962", "score": 7}
    for _ in range(3):
        shop.answer(headers=PAGE, **sent)
    shop.answer(headers=PAGE)
    shop.answer()  # from a server, not from a display
    assert shop.rows("SELECT * FROM impression") == [], "a write a view"
    counts = {"shown": 8, "started": 3, "answered": 2, "dismissed": 2, "response_rate": 0.25}
    read = shop.call("GET", PATH, "viewer").json
    today = datetime.now(settings.report_tz).date()
    assert read["total"] == counts
    assert read["days"] == [{"day": today.isoformat()} | counts]
    days = dict.fromkeys(("before_from", "before_to"), today - timedelta(days=1)) | dict.fromkeys(
        ("since_from", "since_to"), today
    )
    place = {"journey": "shop", "stage": "delivery", "metric": "nps", "audience": "customer"}
    measured = shop.call("GET", "/v1/measurement", "viewer", query_string=place | days).json
    assert measured["response_rate"] == {"before": None, "since": 0.25}
    before = f"{PATH}?to={today - timedelta(days=1)}"
    assert shop.call("GET", before).json["total"]["shown"] == 0
    with connect(settings, shop.app.extensions["journeyloop"].schema) as conn:
        found = impressions.total(conn, ["delivery-nps", "other"], today, today)
    assert found == {name: counts[name] for name in impressions.STEPS}


def test_what_is_refused(shop: Service) -> None:
    assert step(shop, "answered") == 422
    assert step(shop, "x") == 422
    assert shop.call("POST", PATH, None, json=[]).status_code == 422
    assert shop.call("POST", PATH.replace("delivery", "no"), None, json={"step": "shown"}).status_code == 404
    assert shop.call("GET", PATH, None).status_code == 401
    assert shop.call("GET", f"{PATH}?from=2026-02-01&to=2026-01-01").status_code == 422
    assert shop.call("GET", PATH.replace("delivery", "no")).status_code == 404


def test_blocked_origins_are_shown_to_the_admin(shop: Service) -> None:
    assert step(shop, "shown") == 204
    shop.put_survey(origins=["https://www.shop.example"])
    for _ in range(14):
        assert shop.call("GET", "/v1/surveys/delivery-nps/form", None, headers=PAGE).status_code == 403
    (blocked,) = shop.call("GET", PATH).json["blocked"]
    assert blocked["text"] == "Blocked 14 displays from https://shop.example. Add it to origins?"
    assert (blocked["origin"], blocked["displays"]) == ("https://shop.example", 14)
    shop.put_survey(origins=["https://www.shop.example", "https://shop.example"])
    assert step(shop, "shown") == 204, "decided by what the process remembers"
    shop.put_survey(origins=["https://www.shop.example"])
    for number in range(40):
        headers = {"Origin": f"https://{number}.example"}
        shop.call("GET", "/v1/surveys/delivery-nps/form", None, headers=headers)
        if number % 10 == 0:
            tallies.flush(shop.app)
    found = shop.call("GET", PATH).json["blocked"]
    assert len(found) == tallies.MOST_ORIGINS + 1, "no more a day, however often they are written"
    assert sum(one["displays"] for one in found) == 54


def test_counts_outlive_an_absent_database(shop: Service, settings: Settings) -> None:
    import psycopg

    counted = tallies.Tallies(settings)
    counted.count("delivery-nps", "shown")
    counted.block("delivery-nps", "https://x.example")

    def away(*_: Any) -> None:
        raise psycopg.OperationalError("away")

    written: list[Any] = []
    counted.flush(away)
    counted.count("delivery-nps", "shown")
    counted.block("delivery-nps", "https://x.example")
    counted.flush(lambda counts, blocked: written.append((counts, blocked)))
    ((counts, blocked),) = written
    assert list(counts.values()) == [2]
    assert [displays for displays, _ in blocked.values()] == [2]


@pytest.mark.e2e
def test_a_process_that_is_stopped_writes_what_it_counted(shop: Service, processes: Processes) -> None:
    import requests

    url = processes.start_web("survey")
    for _ in range(5):
        assert requests.post(f"{url}{PATH}", json={"step": "shown"}, timeout=10).status_code == 204
    processes.stop("survey-web")
    (row,) = shop.rows("SELECT day, shown FROM impression")
    assert row["shown"] == 5
    assert isinstance(row["day"], date)
