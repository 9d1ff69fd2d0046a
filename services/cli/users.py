"""`journeyloop users`: who may sign in at /sign-in, and as what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from marshmallow import ValidationError, validate

from shared.access import accounts
from shared.access.principal import PEOPLE
from shared.db import ACCESS, connect
from shared.settings import load

_ROLE = click.Choice(PEOPLE)


@click.group()
def users() -> None:
    """Add, list and disable people who sign in by e-mail.

    The people of owners need no account: they are leads. An account with an owner's address gives another role.
    """


@users.command()
@click.argument("email")
@click.option(
    "--role", required=True, type=_ROLE, help="admin may all that lead may, lead all that viewer may."
)
@click.option("--name", help="What they do stands under this name; else the address.")
def add(email: str, role: str, name: str | None) -> None:
    """Let a person sign in. Nothing is mailed: they type the address at /sign-in."""
    _check(email)
    with connect(load(), ACCESS) as conn:
        if not accounts.add(conn, email, role, name or accounts.normal(email)):
            raise click.ClickException(f"there is a user {email} already: use `users role` or `users enable`")
    click.echo(f"{accounts.normal(email)} may sign in as {role}")


@users.command("list")
def list_() -> None:
    """All who may sign in: accounts first, then people of owners without one."""
    settings = load()
    with connect(settings, ACCESS) as conn:
        rows, owners = accounts.list_accounts(conn), accounts.list_owners(conn)
    fallback = accounts.normal(settings.fallback_owner)
    if fallback not in {row["email"] for row in (*rows, *owners)}:
        owners.append({"email": fallback, "name": "the fallback owner", "owners": []})
    click.echo(f"{'role':<8}{'signed in':<18}{'state':<10}{'e-mail':<32}{'name':<24}owners")
    for row in (*rows, *(row | {"role": "lead"} for row in owners)):
        times = f"{row['role']:<8}{_minute(row):<18}{_state(row):<10}"
        click.echo(f"{times}{row['email']:<32}{row['name']:<24}{', '.join(row['owners'])}".rstrip())


@users.command()
@click.argument("email")
def disable(email: str) -> None:
    """Keep a person out, at once, wherever they are signed in; also where they are an owner."""
    with connect(load(), ACCESS) as conn:
        if not accounts.disable(conn, email):
            raise click.ClickException(f"there is no user {email}, or it is disabled already")
    click.echo(f"disabled {accounts.normal(email)}")


@users.command()
@click.argument("email")
def enable(email: str) -> None:
    """Let a person in again."""
    with connect(load(), ACCESS) as conn:
        if not accounts.enable(conn, email):
            raise click.ClickException(f"there is no user {email}, or it is not disabled")
    click.echo(f"enabled {accounts.normal(email)}")


@users.command()
@click.argument("email")
@click.argument("role", type=_ROLE)
def role(email: str, role: str) -> None:
    """Give a person another role, at once."""
    with connect(load(), ACCESS) as conn:
        if not accounts.set_role(conn, email, role):
            raise click.ClickException(f"there is no user {email}: use `users add`")
    click.echo(f"{accounts.normal(email)} is {role} now")


def _check(email: str) -> None:
    try:
        validate.Email()(accounts.normal(email))
    except ValidationError as error:
        raise click.ClickException(f"{email!r} is not an e-mail address") from error


def _minute(row: dict[str, Any]) -> str:
    moment: datetime | None = row.get("signed_in_at")
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "-" if "signed_in_at" not in row else "never"


def _state(row: dict[str, Any]) -> str:
    if "disabled_at" not in row:
        return "by owner" if row["owners"] else "fallback"
    return "disabled" if row["disabled_at"] else "active"
