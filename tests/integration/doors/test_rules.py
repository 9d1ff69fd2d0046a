"""Every door has a rule, and /openapi.json says the same of it: neither knows a route that the other does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from typing import Any

import pytest
from flask import Flask

from shared.access import ROLES
from shared.settings import Settings
from tests.integration.doors.rules import PUBLIC, doors

METHODS = ("get", "put", "post", "delete", "patch")
# Bodies that a survey's page and its contact page take; pages of our own are not documented.
DOCUMENTED = re.compile(r"^/(v1|s|embed)\b")


@pytest.fixture
def apps(settings: Settings) -> Iterator[dict[str, Flask]]:
    with ExitStack() as stack:
        found = {name: import_module(f"services.{name}.app").create_app(settings) for name in PUBLIC}
        for app in found.values():
            stack.callback(app.extensions["journeyloop"].pool.close)
        yield found


def test_every_door_has_a_rule_and_the_public_ones_are_known(apps: dict[str, Flask]) -> None:
    for service, app in apps.items():
        found = list(doors(app))
        assert [door.name for door in found if door.access not in (*ROLES, "public")] == []
        assert {door.name for door in found if door.access == "public"} == PUBLIC[service].keys()


def test_openapi_tells_of_each_call_who_may_and_of_no_other(apps: dict[str, Flask]) -> None:
    for app in apps.values():
        document = app.test_client().get("/openapi.json").get_json()
        told = {
            (method, path): call
            for path, calls in document["paths"].items()
            for method, call in calls.items()
            if method in METHODS
        }
        there = {
            (door.method.lower(), re.sub(r"<(?:[^>]+:)?(\w+)>", r"{\1}", door.rule)): door
            for door in doors(app)
            if DOCUMENTED.match(door.rule)
        }
        assert told.keys() == there.keys()
        assert {at: rule_of(call) for at, call in told.items()} == {
            at: door.access for at, door in there.items()
        }
        for call in told.values():
            names = {parameter["name"] for parameter in call.get("parameters", []) if "name" in parameter}
            assert not names & {"key", "api_key", "secret"}, "keys travel in no address"


def rule_of(call: dict[str, Any]) -> str:
    """What the documentation says of who may call."""
    if "security" not in call:
        return "public"
    assert call["security"] == [{"key": []}]
    return str(call["x-role"])
