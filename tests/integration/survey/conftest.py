"""The survey service's web app over a real database, with keys of every role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from services.survey import SCHEMA
from services.survey.app import create_app
from shared.access import ROLES, create_key
from shared.db import Connection, connect
from shared.settings import Settings

JOURNEY: dict[str, Any] = {
    "name": "Shop",
    "owner": "ana",
    "personas": ["First-time buyer"],
    "segments": ["plan", "region"],
    "stages": [
        {"key": "order", "name": "Order", "touchpoints": [{"key": "basket", "name": "Basket"}]},
        {
            "key": "delivery",
            "name": "Delivery",
            "owner": None,
            "targets": [{"metric": "nps", "audience": "customer", "score": 40.5}],
            "touchpoints": [
                {
                    "key": "handover",
                    "name": "Courier hand-over",
                    "moment_of_truth": True,
                    "channel": "door",
                    "customer_goal": "Have it in one piece",
                    "actions": "opens the door",
                    "feelings": "curious",
                    "pain_points": ["late", "damaged"],
                    "current": "a slip in the letter box",
                    "desired": "a slot of one hour",
                },
                {"key": "tracking"},
            ],
        },
    ],
}
SURVEY: dict[str, Any] = {
    "journey": "shop",
    "stage": "delivery",
    "touchpoint": "handover",
    "metric": "nps",
    "audience": "customer",
    "status": "live",
    "question": {"en": "How likely are you to recommend our delivery?", "de": "Würden Sie uns empfehlen?"},
    "labels": {"en": {"low": "not at all", "high": "very"}, "de": {"low": "gar nicht", "high": "sehr"}},
    "follow_up": {"en": "Why?"},
    "reasons": [
        {"key": "late", "label": {"en": "It was late"}},
        {"key": "damaged", "label": {"en": "Damaged"}},
    ],
    "thanks": {"en": "Thanks a lot."},
    "privacy_url": "https://shop.example/privacy",
    "fatigue": {"cooldown_days": 30, "sample_rate": 0.5},
}


class Service:
    """Calls the service as an admin, as another role, or as nobody, and looks into its tables."""

    def __init__(self, settings: Settings, conn: Connection) -> None:
        self.conn = conn
        self.app = create_app(settings)
        self.keys = {role: create_key(conn, role, "test") for role in ROLES}

    def call(self, method: str, path: str, role: str | None = "admin", **options: Any) -> Any:
        headers = dict(options.pop("headers", None) or {})
        if role:
            headers["Authorization"] = f"Bearer {self.keys[role]}"
        return self.app.test_client().open(path, method=method, headers=headers, **options)

    def put_journey(self, key: str = "shop", **changes: Any) -> Any:
        return self.call("PUT", f"/v1/journeys/{key}", json={**JOURNEY, **changes})

    def put_survey(self, key: str = "delivery-nps", **changes: Any) -> Any:
        return self.call("PUT", f"/v1/surveys/{key}", json={**SURVEY, **changes})

    def answer(
        self, survey: str = "delivery-nps", headers: dict[str, str] | None = None, **fields: Any
    ) -> Any:
        body = {"id": str(uuid4()), "score": 9, **fields}
        return self.call("POST", f"/v1/surveys/{survey}/responses", None, json=body, headers=headers)

    def rows(self, query: str) -> list[dict[str, Any]]:
        return self.conn.execute(query).fetchall()

    def events(self, topic: str) -> list[dict[str, Any]]:
        """The outbox rows of a topic in order."""
        return self.conn.execute("SELECT * FROM outbox WHERE topic = %s ORDER BY id", [topic]).fetchall()


@pytest.fixture
def service(settings: Settings) -> Iterator[Service]:
    """The service without any journey."""
    with connect(settings, SCHEMA) as conn:
        running = Service(settings, conn)
        yield running
        running.app.extensions["journeyloop"].pool.close()


@pytest.fixture
def shop(service: Service) -> Service:
    """The service with the journey shop and the live survey delivery-nps."""
    assert service.put_journey().status_code == 201
    assert service.put_survey().status_code == 201
    return service
