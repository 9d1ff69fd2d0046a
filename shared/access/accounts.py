"""People: accounts, and the addresses of owners, whose people are leads without having an account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared.access.principal import PEOPLE, Principal
from shared.db import Connection


def normal(email: str) -> str:
    """An address as it is stored and looked up: without blanks around it, in lower case."""
    return email.strip().lower()


def person(conn: Connection, fallback_owner: str, email: str) -> Principal | None:
    """Whom an address belongs to: its account's role, else lead where an owner has it or it is the fallback's.

    None for everybody else, and where the account is disabled.
    """
    email = normal(email)
    row = conn.execute(
        """SELECT (SELECT to_jsonb(a) FROM access.account AS a WHERE a.email = %(email)s) AS account,
                  coalesce(array_agg(o.owner ORDER BY o.owner) FILTER (WHERE o.owner IS NOT NULL), '{}') AS owners,
                  min(o.name) AS name
           FROM access.account_owner AS o WHERE o.email = %(email)s""",
        {"email": email},
    ).fetchone()
    assert row is not None
    account, owners = row["account"], tuple(row["owners"])
    if account:
        name, role = account["name"], account["role"]
        return None if account["disabled_at"] else Principal(email, name, role, email, owners)
    if owners or email == normal(fallback_owner):
        return Principal(email, row["name"] or email, "lead", email, owners)
    return None


def add(conn: Connection, email: str, role: str, name: str) -> bool:
    """Make an account; False where the address has one. Raises ValueError on a role that people can't have."""
    done = conn.execute(
        "INSERT INTO access.account (email, name, role) VALUES (%s, %s, %s) ON CONFLICT (email) DO NOTHING",
        [normal(email), name, _role(role)],
    )
    return done.rowcount == 1


def set_role(conn: Connection, email: str, role: str) -> bool:
    """Give an account another role, at once; False where there is no such account."""
    done = conn.execute("UPDATE access.account SET role = %s WHERE email = %s", [_role(role), normal(email)])
    return done.rowcount == 1


def disable(conn: Connection, email: str) -> bool:
    """Keep a person out and end their sessions; False where no account is there or it was disabled before."""
    done = conn.execute(
        "UPDATE access.account SET disabled_at = now() WHERE email = %s AND disabled_at IS NULL",
        [normal(email)],
    )
    conn.execute("DELETE FROM access.session WHERE email = %s", [normal(email)])
    return done.rowcount == 1


def enable(conn: Connection, email: str) -> bool:
    """Let a person in again; False where no account is there or it was not disabled."""
    done = conn.execute(
        "UPDATE access.account SET disabled_at = NULL WHERE email = %s AND disabled_at IS NOT NULL",
        [normal(email)],
    )
    return done.rowcount == 1


def note_sign_in(conn: Connection, email: str) -> None:
    """Keep when an account's person signed in last."""
    conn.execute("UPDATE access.account SET signed_in_at = now() WHERE email = %s", [normal(email)])


def list_accounts(conn: Connection) -> list[dict[str, Any]]:
    """All accounts in order of their addresses, each with the `owners` that have its address."""
    return conn.execute(
        """SELECT email, name, role, created_at, disabled_at, signed_in_at,
                  ARRAY(SELECT owner FROM access.account_owner AS o WHERE o.email = a.email ORDER BY owner) AS owners
           FROM access.account AS a ORDER BY email"""
    ).fetchall()


def list_owners(conn: Connection) -> list[dict[str, Any]]:
    """Addresses of owners that have no account, {email, name, owners}, in order: these people are leads."""
    return conn.execute(
        """SELECT email, min(name) AS name, array_agg(owner ORDER BY owner) AS owners
           FROM access.account_owner AS o
           WHERE NOT EXISTS (SELECT FROM access.account AS a WHERE a.email = o.email)
           GROUP BY email ORDER BY email"""
    ).fetchall()


def keep_owner(conn: Connection, owner: str, name: str, emails: Iterable[str]) -> None:
    """Let these addresses, and no others, be the owner's; none where it is archived."""
    conn.execute("DELETE FROM access.account_owner WHERE owner = %s", [owner])
    for email in sorted({normal(email) for email in emails}):
        conn.execute(
            "INSERT INTO access.account_owner (owner, email, name) VALUES (%s, %s, %s)", [owner, email, name]
        )


def _role(role: str) -> str:
    if role not in PEOPLE:
        raise ValueError(f"role is one of {', '.join(PEOPLE)}")
    return role
