"""`journeyloop users`."""

from __future__ import annotations

from services.cli import FAILED, USAGE
from shared.access import accounts
from shared.db import ACCESS, connect
from shared.settings import Settings
from tests.integration.cli.conftest import Command


def test_users(command: Command, settings: Settings) -> None:
    assert command("users", "add", "Ana@Example.com", "--role", "admin", "--name", "Ana")[0] == 0
    assert command("users", "add", "ana@example.com", "--role", "lead")[0] == FAILED
    assert command("users", "add", "ana", "--role", "lead")[0] == FAILED
    assert command("users", "add", "ben@example.com", "--role", "collector")[0] == USAGE
    with connect(settings, ACCESS) as conn:
        accounts.keep_owner(conn, "delivery-team", "Team", ["team@example.com", "ana@example.com"])
        _, listed, _ = command("users", "list")
        lines = [line.split() for line in listed.splitlines()[1:]]
        assert [(line[0], line[-1]) for line in lines] == [
            ("admin", "delivery-team"),
            ("lead", "delivery-team"),
            ("lead", "owner"),
        ]
        assert command("users", "role", "ana@example.com", "viewer")[0] == 0
        ana = accounts.person(conn, "", "ana@example.com")
        assert ana
        assert ana.role == "viewer"
        assert command("users", "disable", "ANA@example.com")[0] == 0
        assert accounts.person(conn, "", "ana@example.com") is None
        assert "disabled" in command("users", "list")[1]
        assert command("users", "disable", "ana@example.com")[0] == FAILED
        assert command("users", "enable", "ana@example.com")[0] == 0
        assert accounts.person(conn, "", "ana@example.com")
        assert command("users", "role", "nobody@example.com", "lead")[0] == FAILED
