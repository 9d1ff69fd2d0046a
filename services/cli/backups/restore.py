"""`journeyloop restore`: the database as a backup has it, and nothing left elsewhere of what came after (ADR 0027)."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import click
import orjson
from kafka.errors import KafkaError

from services import survey
from services.aggregator.handler import GROUP as SUMS
from services.alerts.handler import GROUP as DETECTORS
from services.cli.backups import manifest as manifests
from services.cli.backups import restoring, store
from services.cli.backups.backup import NAMES
from services.cli.backups.manifest import ERASURES, Manifest
from services.cli.erasures import Erased, erase_again, everyone, line, read
from services.cli.migrate import SCHEMAS
from services.cli.rebuild import RECEIVERS, make_anew
from services.cli.recount import count
from services.cli.republish import send_again
from shared import broker
from shared.db import Connection, connect, migrate
from shared.replay import LogIncomplete
from shared.settings import Settings, load

GROUPS = (SUMS, DETECTORS)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--in-place", is_flag=True, help="The database was put back by other means: do all the rest.")
@click.option("--replace", is_flag=True, help="Delete what the database holds now.")
@click.option(
    "--erasures", "files", multiple=True, type=click.File("rb"), help="What `erasures list` printed since."
)
@click.option("--check", is_flag=True, help="At the end recount, and compare with a rebuild; exits with 1.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def restore(
    context: click.Context,
    folder: Path | None,
    in_place: bool,
    replace: bool,
    files: tuple[BinaryIO, ...],
    check: bool,
    as_json: bool,
) -> None:
    """Restore the backup in FOLDER into an empty database, or with --replace into this one. Stop all processes first.

    The tables are restored whole or not at all. Topics are made anew, without the events of the time that is lost, the
    schemas migrated, erased people erased again, keys that were revoked since revoked again, and what receivers lack is
    put in line to be sent again. Then start the processes.
    """
    if (folder is not None) == in_place or (in_place and replace):
        raise click.UsageError("give the FOLDER of a backup, or --in-place")
    work = Work(load(), [one for file in files for one in read(file)], quiet=as_json)
    try:
        with restoring.alone(work.settings) as conn:
            if folder is not None:
                _put_back(work, conn, folder, replace=replace)
            else:
                work.step("topics made anew", lambda: len(broker.renew_topics(work.settings, GROUPS)))
            _settle(work)
    except (KafkaError, broker.TopicsRemain) as error:
        text = f"the broker does not let topics be made anew, and the database is as it was: {error}"
        raise click.ClickException(f"{text} (delete them, or choose another TOPIC_PREFIX)") from error
    good = _check(work) if check else True
    if as_json:
        click.echo(orjson.dumps(work.done))
    elif good:
        click.echo("done: start the processes")
    context.exit(0 if good else 1)


@dataclass
class Work:
    """One restore: what is to be erased and revoked again, and what was done in how many seconds."""

    settings: Settings
    erased: list[Erased]
    quiet: bool
    revoked: dict[str, list[str]] = field(default_factory=lambda: {"api_key": [], "account": []})
    done: dict[str, Any] = field(default_factory=dict)

    def step(self, name: str, act: Any) -> Any:
        began = time.monotonic()
        found = act()
        seconds = round(time.monotonic() - began, 1)
        self.done[name] = {"found": found, "seconds": seconds}
        if not self.quiet:
            click.echo(f"{seconds:>8.1f} s  {name}{'' if found is None else f': {_text(found)}'}")
        return found


def _put_back(work: Work, conn: Connection, folder: Path, *, replace: bool) -> None:
    backup = manifests.read(folder)
    work.step("the backup is whole", lambda: _checked(work.settings, folder, backup))
    for file in sorted(folder.glob(ERASURES)):
        work.erased += read(file.read_bytes().splitlines())
    if store.tables(conn, NAMES):
        if not replace:
            raise click.ClickException("the database is not empty: --replace deletes what is in it")
        _remember(work, conn, folder)
    # The topics first: a restore that fails after this has lost nothing, for the log has every event.
    work.step("topics made anew", lambda: len(broker.renew_topics(work.settings, GROUPS)))
    work.step("database restored", lambda: restoring.put_back(work.settings, conn, folder, backup))


def _checked(settings: Settings, folder: Path, backup: Manifest) -> str:
    manifests.check_whole(folder, backup)
    if unknown := manifests.unknown_migrations(backup, restoring.known_migrations(SCHEMAS)):
        raise click.ClickException(f"the backup is of a newer version: {', '.join(unknown)}")
    if backup.report_tz != settings.report_tz.key:
        raise click.ClickException(f"the backup counts days in {backup.report_tz}: set REPORT_TZ to it")
    for name in manifests.other_keys(backup, settings):
        click.echo(f"Warning: {name} is not the backup's: see docs/backup.md", err=True)
    return f"{sum(backup.rows.values()):,} rows, as of {backup.made_at}, version {backup.version}"


def _remember(work: Work, conn: Connection, folder: Path) -> None:
    """What people were promised after the backup is kept before the database that knows it goes."""
    work.revoked = store.revoked(conn)
    if ("survey", "erased_respondent") not in store.tables(conn, ["survey"]):
        return
    with connect(work.settings, survey.SCHEMA) as source:
        missing = [one for one in everyone(source) if one not in work.erased]
    if missing:
        file = folder / ERASURES.replace("*", f"-{time.strftime('%Y%m%dT%H%M%S')}")
        try:
            file.touch(mode=0o600)
            file.write_bytes(b"".join(line(one) + b"\n" for one in missing))
        except OSError as error:
            text = f"the erasures of the database that goes cannot be kept in {file}: {error}"
            raise click.ClickException(text) from error
    work.erased += missing


def _settle(work: Work) -> None:
    """Everything that has to follow a database that went back in time."""
    settings = work.settings
    work.step("migrations applied", lambda: sum(migrate(settings, schema) for schema in SCHEMAS))
    with connect(settings, survey.SCHEMA) as conn:
        work.step("revoked again", lambda: store.revoke_again(conn, work.revoked))
    work.step("erased again", lambda: erase_again(settings, work.erased))
    work.step("for the relay", lambda: send_again(settings, everything=False))


def _check(work: Work) -> bool:
    """Whether every answer is counted or on its way, and the log gives the very tables that were restored."""
    totals = work.step("recount", lambda: count(work.settings))
    good = bool(totals["difference"] == abs(totals["waiting"]))
    for receiver in RECEIVERS:
        rebuilt = work.step(f"rebuild of {receiver}", lambda name=receiver: _rebuilt(work.settings, name))
        good = good and rebuilt == "as before"
    return good


def _rebuilt(settings: Settings, receiver: str) -> str:
    try:
        rebuilt = make_anew(settings, receiver, dry_run=True)
    except LogIncomplete as error:
        return str(error)
    changed = [name for name, table in rebuilt.tables.items() if not table.same]
    return f"different: {', '.join(changed)}" if changed else "as before"


def _text(found: Any) -> str:
    if isinstance(found, dict):
        return ", ".join(f"{name} {value:,}" for name, value in found.items())
    return str(found)
