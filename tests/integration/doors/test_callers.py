"""Each door × everybody who may knock: what its rule says, and nothing else. A new door is in here by itself.

In `make test` each door meets some of the callers in turn, and each caller some of the doors; all of them meet with
JOURNEYLOOP_E2E=full.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shared.access.principal import INCLUDES
from shared.settings import Settings
from tests.integration.doors.callers import Caller, keys_of_roles, sessions_and_services, strangers
from tests.integration.doors.rules import Door, doors
from tests.integration.test_every_page import is_asked_to_sign_in
from tests.integration.whole_shop import Shop

# Here a lead needs a right of his own besides (docs/privacy.md).
ALSO_A_RIGHT = {"GET /people", "POST /people"}


@pytest.fixture
def shop(settings: Settings) -> Iterator[Shop]:
    with ExitStack() as stack:
        yield Shop(settings, stack)


def guarded(shop: Shop) -> list[Door]:
    found = [door for app in shop.apps.values() for door in doors(app) if door.access != "public"]
    assert len(found) > 150
    return found


def knock(shop: Shop, door: Door, caller: Caller) -> TestResponse:
    client: FlaskClient = shop.apps[door.service].test_client(use_cookies=False)
    body: dict[str, Any] = {"data": b"no document", "content_type": "text/plain"} if door.is_unsafe else {}
    return client.open(
        shop.path(door.rule), method=door.method, headers=caller.headers, buffered=True, **body
    )


def some(callers: Sequence[Caller], turn: int, of: int) -> Sequence[Caller]:
    """`of` callers, others at each turn, until all had theirs; all of them in a full run."""
    if os.environ.get("JOURNEYLOOP_E2E") == "full":
        return callers
    first = turn * of % len(callers)
    return [*callers, *callers][first : first + of]


def test_nobody_gets_in_with_what_is_no_key(shop: Shop) -> None:
    callers = list(strangers(shop))
    before, wrong = shop.rows(), []
    for turn, door in enumerate(guarded(shop)):
        for caller in [Caller("nobody", {}), *some(callers, turn, 3)]:
            answer = knock(shop, door, caller)
            refused = is_asked_to_sign_in(shop, answer) if door.is_page else answer.status_code == 401
            if not refused:
                wrong.append((door.service, door.name, caller.name, answer.status_code))
    assert wrong == [], "\n".join(map(str, wrong))
    assert shop.rows() == before


def test_each_role_gets_where_its_rule_says(shop: Shop) -> None:
    everybody = keys_of_roles(shop)
    admin = everybody.pop([caller.role for caller in everybody].index("admin"))
    rounds = [*([caller] for caller in everybody), sessions_and_services(shop), [admin]]
    wrong = []
    for callers in rounds:  # an admin's last: some doors, once open, leave less behind
        for turn, door in enumerate(guarded(shop)):
            if door.rule == "/sign-out":
                continue  # would end the session that the rest is asked with
            wrong += [fault for caller in some(callers, turn, 1) if (fault := breach(shop, door, caller))]
    assert wrong == [], "\n".join(map(str, wrong))


def breach(shop: Shop, door: Door, caller: Caller) -> tuple[str, str, str, int] | None:
    """What came, where it is not what the rule says."""
    status = knock(shop, door, caller).status_code
    may = door.access in INCLUDES[caller.role or ""]
    if caller.role == "lead" and door.name in ALSO_A_RIGHT:
        may = False
    as_it_should = status < 500 and status != 401 and (status != 403) == may
    return None if as_it_should else (door.service, door.name, caller.name, status)
