"""`journeyloop apply`, `diff` and `export`: the configuration as one YAML file, over the HTTP API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import yaml

from services.cli import configuration_file
from services.cli.documents import KINDS, Document, Item, NotConfiguration
from services.cli.http import Api, Refused, key_option
from services.cli.judging import REFUSALS, Verdict, judged, warnings_of_written, write
from services.cli.listing import show
from services.cli.stored import Changed, changes, documents

DRIFT = 2

file_option = click.option(
    "-f", "--file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="YAML"
)


@click.command()
@file_option
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@key_option
def apply(api: Api, file: Path, dry_run: bool) -> None:
    """Make the services match a file of owners, journeys, surveys, detectors, silences, measures and reviews.

    What the file doesn't name stays as it is. Applying it again changes nothing. Nothing is written where a service
    would refuse a document.
    """
    changed, verdicts = _compared(api, file, writing=not dry_run)
    for one, verdict in zip(changed, verdicts, strict=True):
        show(one)
        if dry_run:
            _show_verdict(verdict)
    _refuse(file, verdicts)
    if not dry_run:
        _write(api, file, [item for item, _ in changed])
    done = "would change" if dry_run else "changed"
    click.echo(f"{len(changed)} {done}" if changed else "nothing to change")


@click.command()
@file_option
@key_option
@click.pass_context
def diff(context: click.Context, api: Api, file: Path) -> None:
    """Show where the services differ from a file, without secrets.

    Exits with 2 where they do, with 0 where they don't, with 1 where a service would refuse a document.
    """
    changed, verdicts = _compared(api, file)
    for one, verdict in zip(changed, verdicts, strict=True):
        show(one)
        _show_warnings(verdict)
    _refuse(file, verdicts)
    if changed:
        context.exit(DRIFT)
    click.echo("no difference")


@click.command()
@click.option(
    "--journey", help="Only this journey, with its surveys, detectors, silences, measures, review and owners."
)
@key_option
def export(api: Api, journey: str | None) -> None:
    """Print the whole configuration as YAML that `apply` takes."""
    found = {kind: documents(api, kind) for kind in KINDS}
    if journey is not None:
        found = _only(found, journey)
    content: dict[str, Any] = {kind: listed for kind, listed in found.items() if listed}
    click.echo(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110), nl=False)


def _compared(api: Api, file: Path, *, writing: bool = False) -> tuple[list[Changed], list[Verdict]]:
    """What differs, and what the services say of it."""
    wanted = _read(file)
    changed = changes(api, wanted)
    return changed, judged(api, [item for item, _ in changed], wanted, writing=writing)


def _read(file: Path) -> list[Item]:
    try:
        return configuration_file.read(file.read_text())
    except NotConfiguration as error:
        raise _failed([f"{_place(file, line)}: {what}" for line, what in error.wrong]) from error
    except yaml.MarkedYAMLError as error:  # its own text quotes the line, which may hold a secret
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise _failed([f"{_place(file, line)}: {error.problem or error.context}"]) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file}: is no YAML text") from error


def _write(api: Api, file: Path, items: list[Item]) -> None:
    for item in items:
        try:
            write(api, item)
        except Refused as error:
            if error.status not in REFUSALS:
                raise
            raise _failed(
                [_refused(file, item, f"{error.problem}; what stands before it is written")]
            ) from error
    for item, warning in warnings_of_written(api, items):
        click.secho(f"warning: {item.name}: {warning}", fg="yellow")


def _refuse(file: Path, verdicts: list[Verdict]) -> None:
    """Name every document that would be refused, a line each."""
    in_file = sorted(verdicts, key=lambda one: one.item.line)
    lines = [_refused(file, one.item, one.refusal) for one in in_file if one.refusal]
    if lines:
        raise _failed(lines)


def _refused(file: Path, item: Item, what: str) -> str:
    return f"{_place(file, item.line)}: {item.name}: {what}"


def _place(file: Path, line: int) -> str:
    return f"{file}:{line}" if line else str(file)


def _failed(lines: list[str]) -> click.ClickException:
    return click.ClickException(
        lines[0] if len(lines) == 1 else "\n".join([f"{len(lines)} mistakes:", *lines])
    )


def _show_verdict(verdict: Verdict) -> None:
    _show_warnings(verdict)
    if verdict.item.kind == "silences" and not verdict.refusal:
        found = verdict.would_have_matched
        listed = [
            f"{one['incident']} ({one['journey']}/{one['stage']}, {one['opened_at'][:10]})" for one in found
        ]
        click.echo(f"    matches of the incidents of the last 90 days: {', '.join(listed) or 'none'}")


def _show_warnings(verdict: Verdict) -> None:
    for warning in verdict.warnings:
        click.secho(f"    warning: {warning}", fg="yellow")


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
