"""`journeyloop keys`: API keys, shown once and stored hashed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from shared import access
from shared.db import ACCESS, connect
from shared.settings import load


@click.group()
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command()
@click.option(
    "--role",
    required=True,
    type=click.Choice(access.ROLES),
    help="admin may all that lead may, lead all that viewer may; a collector may only submit.",
)
@click.option("--name", help="Whose it is: what is done with it stands under this name; else the role's.")
def create(role: str, name: str | None) -> None:
    """Make a key and print it: nobody can read it again."""
    with connect(load(), ACCESS) as conn:
        click.echo(access.create_key(conn, role, name or role))


@keys.command("list")
def list_() -> None:
    """All keys, without their secrets."""
    with connect(load(), ACCESS) as conn:
        rows = access.list_keys(conn)
    click.echo(f"{'id':<14}{'role':<11}{'created':<18}{'last used':<18}{'state':<9}name")
    for row in rows:
        times = f"{_minute(row['created_at']):<18}{_minute(row['last_used_at']):<18}"
        click.echo(f"{row['id']:<14}{row['role']:<11}{times}{_state(row):<9}{row['name']}")


@keys.command()
@click.argument("id")
def revoke(id: str) -> None:
    """Make a key useless, at once. ID is the part between jl_ and the next _."""
    with connect(load(), ACCESS) as conn:
        if not access.revoke_key(conn, id):
            raise click.ClickException(f"there is no key {id}, or it was revoked before")
    click.echo(f"revoked {id}")


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"


def _state(row: dict[str, Any]) -> str:
    return "revoked" if row["revoked_at"] else "active"
