"""All three services over one database with a bit of everything in it, and browsers that are signed in to all."""

from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from importlib import import_module
from random import Random
from typing import Any
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient

from services import alerts, survey
from services.alerts.store import incidents, owners
from services.survey.store import imports
from shared import outbox
from shared.db import connect
from shared.settings import Settings
from shared.web import session_cookie
from tests.integration.alerts.conftest import Notifier
from tests.integration.rebuild.live import Live
from tests.integration.survey.conftest import Service
from tests.integration.survey.test_erasure import run_import

SERVICES = ("survey", "aggregator", "alerts")
SCHEMAS = (*SERVICES, "access")


class Shop:
    """The apps by service; `values` fill the parameters of their addresses."""

    def __init__(self, settings: Settings, stack: ExitStack) -> None:
        self.settings = settings
        self.conn = stack.enter_context(connect(settings, survey.SCHEMA))
        self.survey = Service(settings, self.conn)
        self.apps: dict[str, Flask] = {"survey": self.survey.app} | {
            name: import_module(f"services.{name}.app").create_app(settings) for name in SERVICES[1:]
        }
        for app in self.apps.values():
            stack.callback(app.extensions["journeyloop"].pool.close)
        self.values = self._asked() | self._told()

    def client(self, service: str, role: str | None) -> FlaskClient:
        """A browser at a service; signed in with a key of this role."""
        client = self.apps[service].test_client()
        if role:
            door = self.apps["survey"].test_client()
            assert door.post("/sign-in", data={"key": self.survey.keys[role]}).status_code == 303
            cookie = door.get_cookie(session_cookie.name(self.settings))
            assert cookie
            client.set_cookie(cookie.key, cookie.value)
        return client

    def path(self, rule: str) -> str:
        """A real address of a route; what nobody made is `x`."""
        whose = {"/keys": "key", "/imports": "import", "/privacy/erasures": "erasure"}
        whose |= {"/follow-ups": "case", "/v1/follow-ups": "case"}
        id = next((name for prefix, name in whose.items() if rule.startswith(prefix)), "none")
        values = self.values | {"id": self.values.get(id, str(uuid4()))}
        return re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda found: str(values.get(found[1], "x")), rule)

    def rows(self) -> dict[str, Any]:
        """A mark of all that is stored, table by table."""
        tables = self.conn.execute(
            "SELECT format('%%I.%%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = ANY(%s)",
            [list(SCHEMAS)],
        ).fetchall()
        return {
            name: self.conn.execute(
                f"SELECT md5(string_agg(t::text, '' ORDER BY t::text)) AS all FROM {name} AS t"
            ).fetchone()
            for name in (row["name"] for row in tables)
        }

    def _asked(self) -> dict[str, Any]:
        shop = self.survey
        shop.put_journey()
        shop.put_survey()
        shop.answer(respondent="cust-one", comment="words", attributes={"plan": "pro"})
        (answer,) = shop.rows("SELECT answer_id FROM response")
        case = shop.call("POST", "/v1/follow-ups", json={"answer_id": str(answer["answer_id"])}).json["id"]
        run_import(shop, self.settings)
        (newest,) = imports.page(self.conn, 1, None)
        shop.call("POST", "/v1/respondents/erase", json={"respondent": "cust-two"})
        (erasure,) = shop.rows("SELECT id FROM erasure")
        (key,) = shop.rows("SELECT id FROM access.api_key WHERE role = 'viewer'")
        return {
            "journey": "shop", "stage": "delivery", "touchpoint": "handover", "survey": "delivery-nps",
            "import": newest["id"], "erasure": erasure["id"], "key": key["id"], "case": case, "kind": "svg",
        }  # fmt: skip

    def _told(self) -> dict[str, Any]:
        with self.conn.transaction():
            outbox.stamp(self.conn, 1000)
        live = Live(self.settings, Random(1), [], self.conn, 1000, poison=0)
        (relay,) = self.survey.rows("SELECT last_position FROM relay")
        live.read(relay["last_position"], deciding=False)
        live.close()
        now = datetime.now(UTC)
        with connect(self.settings, alerts.SCHEMA) as conn:
            owners.put(conn, "ana", {"name": "Ana", "email": "ana@example.com"})
            with conn.transaction():
                incident = incidents.open_(
                    conn, ("shop", "delivery", "nps", "customer"), opened_at=now, onset=now - timedelta(days=2),
                    opening_sequence=1, before=_sums(900, 41), since=_sums(90, 22), evidence=900.0, budget=730.0,
                    false_alarms_per_year=0.5,
                )  # fmt: skip
            Notifier(conn, self.settings).work(minutes=2)
            told = conn.execute("SELECT id FROM notification LIMIT 1").fetchone()
        silence = {"journey": "shop", "from": "2026-01-01", "to": "2026-01-02", "why": "sale"}
        key = {"Authorization": f"Bearer {self.survey.keys['admin']}"}
        measure = {"name": "Handle time", "unit": "min", "direction": "down", "target": 5}
        path = "/v1/measures/shop/delivery/handle-time"
        made = self.apps["aggregator"].test_client().put(path, json=measure, headers=key)
        assert made.status_code == 201
        put = self.apps["alerts"].test_client().put("/v1/silences/sale", json=silence, headers=key)
        assert (put.status_code, told is not None) == (201, True)
        assert told
        return {
            "incident": incident,
            "owner": "ana",
            "silence": "sale",
            "measure": "handle-time",
            "notification": told["id"],
        }


def _sums(n: int, score: int) -> dict[str, Any]:
    best = round(n * (100 + score) / 200)
    return {"n": n, "halves": 2 * best, "squares": 4 * best, "from": "2026-01-01", "to": "2026-06-01"}
