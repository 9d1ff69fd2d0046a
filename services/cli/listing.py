"""What differs, as lines for a person or a CI log: secrets are never in them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import click
import yaml

from services.alerts.secret_texts import MASK, masked_url
from services.cli.documents import Difference
from services.cli.stored import Changed

SECRET = "(secret, changed)"  # noqa: S105 - what marks one, none itself
# All else of an owner may be a secret, also where a name is mistyped.
_OPEN = {"name", "email", "escalate_to", "escalate_after_hours", "repeat_hours"}
_KINDS = ("email", "webhook", "apprise")


def show(changed: Changed) -> None:
    """Print an item that differs, value by value."""
    item, found = changed
    if found is None:
        click.secho(f"+ {item.name}", fg="green")
        return
    click.secho(f"~ {item.name}", fg="yellow")
    for one in masked(found) if item.kind == "owners" else found:
        if one.before is None:
            click.secho(f"    + {one.path}: {_text(one.after)}", fg="green")
        elif one.after is None:
            click.secho(f"    - {one.path}: {_text(one.before)}", fg="red")
        elif _text(one.before) == _text(one.after):
            click.echo(f"    {one.path}: {SECRET}")
        else:
            click.echo(f"    {one.path}: {_text(one.before)} → {_text(one.after)}")


def masked(found: list[Difference]) -> Iterator[Difference]:
    """The differences of an owner without secrets; where only one of those differs, before and after are the same."""
    for one in found:
        if one.path == "channels":
            yield from _channels(one.before, one.after)
        elif one.path in _OPEN:
            yield one
        else:
            yield Difference(
                one.path, *(None if value is None else MASK for value in (one.before, one.after))
            )


def _channels(before: Any, after: Any) -> Iterator[Difference]:
    old, new = (
        value if isinstance(value, list) else [value] * (value is not None) for value in (before, after)
    )
    for index, (one, other) in enumerate(zip_longest(old, new)):
        if one != other:
            yield Difference(f"channels[{index}]", _channel(one), _channel(other))


def _channel(given: Any) -> Any:
    """A channel without secrets, whatever it may be: a file may have anything there."""
    if given is None:
        return None
    if not isinstance(given, dict):
        return MASK
    kind = given.get("kind")
    return {str(name): _value(kind, name, value) for name, value in given.items()}


def _value(kind: Any, name: Any, value: Any) -> Any:
    if value is None or (name == "kind" and value in _KINDS):
        return value
    if name != "url" or not isinstance(value, str) or kind not in _KINDS:
        return MASK
    if value.startswith("mailto:"):
        return value
    try:
        return masked_url("apprise" if kind == "email" else kind, value)
    except ValueError:  # no URL at all
        return MASK


def _text(value: Any) -> str:
    return (
        yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1_000_000)
        .removesuffix("\n...\n")
        .strip()
    )
