"""Whoever is told as an owner may sign in as a lead, from the moment that the owner is stored until it is archived."""

from __future__ import annotations

from pathlib import Path

from psycopg.types.json import Jsonb

from services.alerts import SCHEMA
from shared.access import accounts
from shared.db import Connection
from tests.integration.alerts.conftest import Call

BEN = {
    "name": "Ben",
    "email": "Ben@Example.com",
    "channels": [
        {"kind": "email", "url": "mailto:delivery%2Bteam@example.com"},
        {"kind": "email", "url": "mailto:${env:JOURNEYLOOP_TEAM}"},
        {
            "kind": "webhook",
            "url": "https://hooks.example/mailto:x@example.com",
            "secret": "whsec_" + "A" * 32,
        },
    ],
}


def people(conn: Connection) -> list[tuple[str, str, str]]:
    rows = conn.execute(
        "SELECT owner, email, name FROM access.account_owner ORDER BY owner, email"
    ).fetchall()
    return [(row["owner"], row["email"], row["name"]) for row in rows]


def test_an_owners_people_come_and_go_with_it(call: Call, conn: Connection) -> None:
    plain = {"name": "Ben", "email": "Ben@Example.com"}
    assert (
        call(
            "PUT", "/v1/owners/ben", json=plain | {"channels": BEN["channels"][:2]}, role="admin"
        ).status_code
        == 201
    )
    assert people(conn) == [("ben", "ben@example.com", "Ben"), ("ben", "delivery+team@example.com", "Ben")]
    who = accounts.person(conn, "", "BEN@example.com")
    assert who
    assert (who.role, who.owners, who.name) == ("lead", ("ben",), "Ben")
    renamed = {"name": "Benno", "email": "benno@example.com"}
    assert call("PUT", "/v1/owners/ben", json=renamed, role="admin").status_code == 200
    assert people(conn) == [("ben", "benno@example.com", "Benno")]
    assert call("PUT", "/v1/owners/ben?dry_run=true", json=plain, role="admin").status_code == 200
    assert people(conn) == [("ben", "benno@example.com", "Benno")], "a dry run lets nobody in"
    assert call("DELETE", "/v1/owners/ben", role="admin").status_code == 204
    assert people(conn) == []
    assert accounts.person(conn, "", "benno@example.com") is None


def test_owners_of_before_are_carried_over(conn: Connection) -> None:
    kept = {
        "ben": BEN | {"channels": [*BEN["channels"], {"kind": "email", "url": "mailto:Team@example.com"}]},
        "ana": {"name": "Ana", "email": "ana@example.com", "channels": None},
        "hook": {"name": "Hook", "email": None, "channels": [BEN["channels"][2]]},
        "gone": {"name": "Gone", "email": "gone@example.com"},
    }
    for owner, document in kept.items():
        conn.execute("INSERT INTO owner (owner, document) VALUES (%s, %s)", [owner, Jsonb(document)])
    conn.execute("UPDATE owner SET archived_at = now() WHERE owner = 'gone'")
    (migration,) = Path(SCHEMA.folder).glob("0007_*.sql")
    for _ in range(2):
        conn.execute(migration.read_text().encode())
        assert people(conn) == [
            ("ana", "ana@example.com", "Ana"),
            ("ben", "ben@example.com", "Ben"),
            ("ben", "team@example.com", "Ben"),
        ]
