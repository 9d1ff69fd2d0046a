"""Every door that takes a body × bodies that nobody can mean: a 4xx that says so, and nothing stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from shared.settings import Settings
from tests.integration.doors.rules import doors
from tests.integration.whole_shop import Shop

DEEP = b"[" * 900 + rb'"\u0000"' + b"]" * 900
BODIES = {
    "deep": (DEEP, "application/json", {}),
    "deep, by another name": (DEEP, "application/vnd.x+json", {}),
    "NUL by another name": (rb'{"name": "\u0000"}', "application/vnd.x+json", {}),
    "NUL, said to be as it is": (
        rb'{"name": "\u0000"}',
        "application/json",
        {"Content-Encoding": "identity"},
    ),
    "packed": (b"{}", "application/json", {"Content-Encoding": "br"}),
    "not a number": (b'{"name": NaN}', "application/problem+json", {}),
}
HUGE = 1 << 40


@pytest.fixture
def shop(settings: Settings) -> Iterator[Shop]:
    with ExitStack() as stack:
        yield Shop(settings, stack)


def test_no_door_takes_what_nobody_can_mean(shop: Shop) -> None:
    key = {"Authorization": f"Bearer {shop.survey.keys['admin']}"}
    calls = [door for app in shop.apps.values() for door in doors(app) if door.is_unsafe and not door.is_page]
    assert len(calls) > 40
    before, wrong = shop.rows(), []
    for door in calls:
        for name, (body, kind, headers) in BODIES.items():
            client = shop.apps[door.service].test_client()
            path, sent = shop.path(door.rule), key | headers
            answer = client.open(path, method=door.method, data=body, content_type=kind, headers=sent)
            if answer.status_code not in (400, 415):
                wrong.append((door.name, name, answer.status_code))
    assert wrong == [], "\n".join(map(str, wrong))
    assert shop.rows() == before


def test_what_is_too_large_is_refused_unread(shop: Shop) -> None:
    wrong = []
    for app in shop.apps.values():
        for door in doors(app):
            if door.method not in ("PUT", "POST", "PATCH") or door.is_page:
                continue
            environ = {
                "CONTENT_LENGTH": str(HUGE),
                "wsgi.input": Unread(),
                "CONTENT_TYPE": "application/json",
            }
            answer = app.test_client().open(
                shop.path(door.rule), method=door.method, environ_overrides=environ
            )
            expected = 413 if door.access == "public" else 401
            if answer.status_code != expected:
                wrong.append((door.name, door.access, answer.status_code))
    assert wrong == [], "\n".join(map(str, wrong))


class Unread:
    """A body that nobody may read."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")

    readline = read

    def readinto(self, into: bytearray) -> int:
        raise AssertionError("the body was read")
