"""A shop with a bit of everything over a real database; its services, who may ask them, and what about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import psycopg
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from dev import ports, postgres
from services import alerts
from services.alerts.schedule import LEASE
from services.alerts.store import notifications
from services.survey import edit_tokens, links
from services.survey.links import Link
from services.survey.respondents import pseudonym
from shared import db
from shared import settings as configuration
from shared.settings import Settings
from tests.conftest import base_environment, schemas
from tests.integration.survey.conftest import JOURNEY, SURVEY
from tests.integration.whole_shop import SERVICES as SERVICES
from tests.integration.whole_shop import Shop

ROLES = ("admin", "lead", "viewer", "collector", None)
ACTION = {
    "journey": "shop", "stage": "delivery", "metric": "nps", "audience": "customer", "title": "A slot of one hour",
    "started_on": "2026-01-15",
}  # fmt: skip
MEASURE = {"name": "Handle time", "unit": "min", "direction": "down", "target": 5}
ASKING = {"score_at_most": 10, "ask_contact": {"en": "May we get in touch?", "de": "Dürfen wir schreiben?"}}
SILENCE = {"journey": "shop", "from": "2026-01-01", "to": "2026-01-02", "why": "sale"}
# What a fuzz may delete and the next call needs: put back between the calls.
KEPT: list[tuple[str, str, dict[str, Any]]] = [
    ("survey", "/v1/journeys/shop", JOURNEY),
    ("survey", "/v1/journeys/empty", JOURNEY),
    ("survey", "/v1/surveys/delivery-nps", SURVEY | {"origins": [], "follow_ups": ASKING}),
    ("aggregator", "/v1/measures/shop/delivery/handle-time", MEASURE),
    ("alerts", "/v1/owners/ana", {"name": "Ana", "email": "ana@example.com"}),
    ("alerts", "/v1/silences/sale", SILENCE),
    ("alerts", "/v1/actions/slots", ACTION),
    ("alerts", "/v1/reviews/shop/schedule", {"weekday": "monday", "hour": 8}),
]


class FuzzedShop:
    """The apps by service, the keys by role, and by parameter the words that lead to something."""

    def __init__(self, settings: Settings, stack: ExitStack) -> None:
        self.settings = settings
        self.shop = Shop(settings, stack)
        self.apps: dict[str, Flask] = self.shop.apps
        self.keys: dict[str, str] = self.shop.survey.keys
        for service, app in self.apps.items():
            stack.enter_context(_serving(app, getattr(settings, f"{service}_port")))
        stack.enter_context(_nobody_told(settings))
        self.restore()
        self.words = self._words()

    def headers(self, role: str | None) -> dict[str, str]:
        """Who calls: a key of this role, or nobody."""
        return {"Authorization": f"Bearer {self.keys[role]}"} if role else {}

    def url(self, service: str) -> str:
        """Where a service answers."""
        return f"http://{ports.LOOPBACK}:{getattr(self.settings, f'{service}_port')}"

    def restore(self, of: str | None = None) -> None:
        """Put back what everything else stands on; `of`: of one service."""
        for service, path, document in KEPT:
            if of not in (None, service):
                continue
            answer = self.apps[service].test_client().put(path, json=document, headers=self.headers("admin"))
            assert answer.status_code in (200, 201, 409), (path, answer.text)

    def _words(self) -> dict[str, list[str]]:
        values, now = self.shop.values, datetime.now(UTC)
        (answer,) = self.shop.survey.rows("SELECT id, answer_id FROM response ORDER BY received_at LIMIT 1")
        secret, answered = self.settings.secret_key, answer["id"]
        person = pseudonym(self.settings.respondent_keys, "cust-one")
        link = Link("delivery-nps", uuid4(), person, {}, "en", "email", now + timedelta(days=30))
        pin = self.apps["survey"].test_client().get("/embed.json")
        alerts_, admin = self.apps["alerts"].test_client(), self.headers("admin")
        decided = alerts_.post("/v1/reviews/shop/decisions", json={"text": "Ask"}, headers=admin)
        assert decided.json
        assert pin.json
        return {
            "journey": ["shop", "shop", "empty"], "stage": ["delivery", "order"], "survey": ["delivery-nps"],
            "touchpoint": ["handover", "tracking"], "owner": ["ana"], "silence": ["sale"], "measure": ["handle-time"],
            "action": ["slots"], "incident": [str(values["incident"])], "kind": ["svg", "png"],
            "notification": [str(values["notification"])], "metric": ["nps"], "audience": ["customer"],
            "answer_id": [str(answer["answer_id"])], "response": [str(answer["id"])],
            "edit_token": [edit_tokens.edit_token(secret, answered)],
            "case": [str(values["case"])], "import": [str(values["import"])], "decision": [decided.json["decision"]],
            "token": [links.token(secret, link)], "contact": [edit_tokens.contact_token(secret, answered)],
            "digest": [pin.json["src"].removeprefix("/embed-").removesuffix(".js")],
        }  # fmt: skip


@contextmanager
def running() -> Iterator[FuzzedShop]:
    """A shop to fuzz, over a PostgreSQL server of its own."""
    with ExitStack() as stack:
        yield FuzzedShop(configuration.load(_environment(stack)), stack)


def own_environment(environment: dict[str, str]) -> dict[str, str]:
    """Where our services find each other, and no limit to how much one address may ask."""
    ours = {f"{service.upper()}_PORT": str(ports.free_port()) for service in SERVICES}
    return environment | ours | {"PUBLIC_RATE_LIMIT": "1000000 per second", "LOG_LEVEL": "ERROR"}


def _environment(stack: ExitStack) -> dict[str, str]:
    server = stack.enter_context(postgres.temporary())
    with psycopg.connect(server.url("postgres"), autocommit=True) as conn:
        conn.execute("CREATE DATABASE fuzz")
    environment = own_environment(base_environment() | {"DATABASE_URL": server.url("fuzz")})
    migrating = configuration.load(environment)
    for schema in schemas():
        db.migrate(migrating, schema)
    return environment


class _Quiet(WSGIRequestHandler):
    """Keeps connections open and writes no log."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@contextmanager
def _serving(app: Flask, port: int) -> Iterator[None]:
    """The app over HTTP, for schemathesis and for the other services."""
    server = make_server(ports.LOOPBACK, port, app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def _nobody_told(settings: Settings) -> Iterator[None]:
    """In place of the notifier: whatever is due fails at once, for a fuzzed address could be somebody's."""
    over = Event()

    def fail_all() -> None:
        with db.connect(settings, alerts.SCHEMA) as conn:
            while not over.wait(0.05):
                while (row := notifications.claim(conn, datetime.now(UTC), LEASE)) is not None:
                    attempt = notifications.begin_attempt(conn, row["id"], datetime.now(UTC))
                    notifications.end_attempt(conn, attempt, datetime.now(UTC), False, None, "told nobody")
                    notifications.settle(conn, row["id"], "failed", datetime.now(UTC))

    thread = Thread(target=fail_all, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
