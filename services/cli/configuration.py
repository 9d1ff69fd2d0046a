"""`journeyloop apply`, `diff` and `export`: the configuration as one YAML file, over the HTTP API."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click
import yaml

from services.cli.documents import (
    KINDS,
    Difference,
    Document,
    Item,
    NotConfiguration,
    differences,
    items,
    parsed,
)
from services.cli.http import Api, Refused, key_option
from shared.reserved import CHECK

DRIFT = 2
SERVICE = {
    "owners": "alerts",
    "journeys": "survey",
    "surveys": "survey",
    "detectors": "alerts",
    "silences": "alerts",
}
# What lists say about an item beside its document.
FACTS = {"journeys": {"revision", "archived"}, "surveys": {"revision"}, "silences": {"state"}}
# A new stage is known to alerts once its journey has come through Kafka.
PATIENCE_SECONDS = 30.0
UNKNOWN = 404

file_option = click.option(
    "-f", "--file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="YAML"
)


@click.command()
@file_option
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@key_option
def apply(api: Api, file: Path, dry_run: bool) -> None:
    """Make the services match a file of owners, journeys, surveys, detectors and silences.

    What the file doesn't name stays as it is. Applying it again changes nothing.
    """
    changed = _changes(api, _read(file))
    moved: set[str | None] = set()
    for item, found in changed:
        _show(item, found)
        if not dry_run:
            _put(api, item)
        elif item.kind == "silences" or item.journey is None or item.journey not in moved:
            _validate(api, item)
        moved.add(item.journey)
    done = "would change" if dry_run else "changed"
    click.echo(f"{len(changed)} {done}" if changed else "nothing to change")


@click.command()
@file_option
@key_option
@click.pass_context
def diff(context: click.Context, api: Api, file: Path) -> None:
    """Show where the services differ from a file; exits with 2 where they do, with 0 where they don't."""
    changed = _changes(api, _read(file))
    for item, found in changed:
        _show(item, found)
    if changed:
        context.exit(DRIFT)
    click.echo("no difference")


@click.command()
@click.option("--journey", help="Only this journey, with its surveys, detectors, silences and owners.")
@key_option
def export(api: Api, journey: str | None) -> None:
    """Print the whole configuration as YAML that `apply` takes."""
    found = {kind: _export(api, kind) for kind in KINDS}
    if journey is not None:
        found = _only(found, journey)
    content = {kind: documents for kind, documents in found.items() if documents}
    click.echo(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110), nl=False)


def _read(file: Path) -> list[Item]:
    try:
        return items(parsed(file.read_text()))
    except (NotConfiguration, yaml.YAMLError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file}: {' '.join(str(error).split())}") from error


def _changes(api: Api, wanted: list[Item]) -> list[tuple[Item, list[Difference] | None]]:
    """Items that differ, with what differs; None for an item that isn't there yet."""
    kinds = {item.kind for item in wanted} - {"detectors"}
    stored = {(item.kind, item.key): item.document for kind in kinds for item in _stored(api, kind)}
    found: list[tuple[Item, list[Difference] | None]] = []
    for item in wanted:
        before = _detector(api, item) if item.kind == "detectors" else stored.get((item.kind, item.key))
        after = item.document if before is None or item.kind != "detectors" else before | item.document
        changed = None if before is None else list(differences(before, after))
        if changed is None or changed:
            found.append((item, changed))
    return found


def _stored(api: Api, kind: str) -> list[Item]:
    """The items of a kind that the service has; archived surveys too, but no archived journeys: a PUT revives them."""
    found = []
    archived = {"archived": "true"} if kind == "surveys" else {}
    for listed in api.items(SERVICE[kind], f"/v1/{kind}", **archived):
        key = tuple(str(listed.pop(name)) for name in KINDS[kind])
        document = {name: value for name, value in listed.items() if name not in FACTS.get(kind, ())}
        found.append(Item(kind, key, document))
    return found


def _detector(api: Api, item: Item) -> Document | None:
    """A detector's own settings: what a PUT of the defaults would change, and the defaults for the rest."""
    answer = api.request("alerts", "PUT", item.path, params={"dry_run": "true"}, json={})
    if answer.status_code == UNKNOWN:
        return None
    if not answer.ok:
        raise Refused(answer)
    settings: Document = {"false_alarms_per_year": None, "enabled": True}
    return settings | {change["path"]: change["before"] for change in answer.json()["changes"]}


def _put(api: Api, item: Item) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = api.request(SERVICE[item.kind], "PUT", item.path, json=item.document)
        if answer.ok:
            return
        if not (item.kind == "detectors" and answer.status_code == UNKNOWN and time.monotonic() < deadline):
            raise Refused(answer)
        time.sleep(0.5)


def _validate(api: Api, item: Item) -> None:
    """Ask the service whether it would take the item; only where nothing it stands on would change before it."""
    answer = api.request(SERVICE[item.kind], "PUT", item.path, params={"dry_run": "true"}, json=item.document)
    if not answer.ok:
        raise Refused(answer)
    shown = answer.json()
    for warning in shown.get("warnings") or ():
        click.secho(f"    warning: {warning}", fg="yellow")
    if item.kind == "silences":
        found = ", ".join(one["incident"] for one in shown["would_have_matched"]) or "none"
        click.echo(f"    matches of the incidents of the last 90 days: {found}")


def _export(api: Api, kind: str) -> list[Document]:
    if kind == "detectors":
        listed = [
            Item(kind, tuple(row[name] for name in KINDS[kind]), {})
            for row in api.items("alerts", "/v1/detectors")
        ]
        found = [Item(kind, item.key, _detector(api, item) or {}) for item in listed]
        own = [
            item
            for item in found
            if item.document not in ({}, {"false_alarms_per_year": None, "enabled": True})
        ]
        return [item.named for item in own]
    kept = [item for item in _stored(api, kind) if CHECK not in (item.key[0], item.journey)]
    return [item.named for item in kept if item.document.get("status") != "archived"]


def _only(found: dict[str, list[Document]], journey: str) -> dict[str, list[Document]]:
    kept = {
        kind: [one for one in found[kind] if one.get("journey") == journey]
        for kind in found
        if kind != "owners"
    }
    if not kept["journeys"]:
        raise click.ClickException(f"there is no journey {journey}")
    named = {one.get("owner") for one in [kept["journeys"][0], *kept["journeys"][0].get("stages", [])]}
    while more := {one.get("escalate_to") for one in found["owners"] if one["owner"] in named} - named:
        named |= more
    owners = [one for one in found["owners"] if one["owner"] in named]
    return {"owners": owners} | kept


def _show(item: Item, found: list[Difference] | None) -> None:
    if found is None:
        click.secho(f"+ {item.name}", fg="green")
        return
    click.secho(f"~ {item.name}", fg="yellow")
    for one in found:
        if one.before is None:
            click.secho(f"    + {one.path}: {_text(one.after)}", fg="green")
        elif one.after is None:
            click.secho(f"    - {one.path}: {_text(one.before)}", fg="red")
        else:
            click.echo(f"    {one.path}: {_text(one.before)} → {_text(one.after)}")


def _text(value: Any) -> str:
    return (
        yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1_000_000)
        .removesuffix("\n...\n")
        .strip()
    )
