"""`journeyloop erasures`: who was erased, by pseudonym and time: kept beside backups, applied after a restore."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import click
import orjson

from services import survey
from services.survey import erasing
from services.survey.store import erasures as store
from shared.db import Connection, connect, require_current
from shared.events import isoformat, parse_time
from shared.settings import Settings, load

NAMES = ("answers", "comments", "contacts", "rejected_rows")


@dataclass(frozen=True)
class Erased:
    """One line of the file: a pseudonym, the id of the key it was made with, and when the person was erased."""

    respondent: bytes
    respondent_key: str
    erased_at: datetime


@click.group()
def erasures() -> None:
    """Keep who was erased, and erase again what a restored backup brought back."""


@erasures.command("list")
def list_() -> None:
    """Print every erasure as a line of JSON: pseudonym, key and time. Keep it where your backups are."""
    with connect(load(), survey.SCHEMA) as conn:
        for one in everyone(conn):
            click.echo(line(one))


@erasures.command()
@click.option(
    "-f",
    "--file",
    type=click.File("rb"),
    help="What `list` printed before the restore; - for standard input.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reapply(file: BinaryIO | None, as_json: bool) -> None:
    """After a restore: erase once more whoever was erased, by the database's own list and by that of a file.

    What a person gave after their erasure stays. Harmless at any time, and again.
    """
    document = erase_again(load(), list(read(file)) if file else [])
    if as_json:
        click.echo(orjson.dumps(document))
    else:
        click.echo(", ".join(f"{name} {value:,}" for name, value in document.items()))


def erase_again(settings: Settings, listed: Sequence[Erased]) -> dict[str, int]:
    """Erase once more whom the database or `listed` names; how many erasures, and what they found."""
    with connect(settings, survey.SCHEMA) as conn:
        require_current(conn, survey.SCHEMA)
        with conn.transaction():
            adopted = sum(
                store.adopt(conn, one.respondent, one.respondent_key, one.erased_at) for one in listed
            )
        known, found = everyone(conn), Counter[str]()
        with click.progressbar(known, label="Erasing", file=sys.stderr) as bar:
            for one in bar:
                found += erasing.reapply(lambda: _transaction(conn), one.respondent, one.erased_at)
        keys = settings.respondent_keys
        found["rejected_rows"] = erasing.reapply_to_rejects(lambda: _transaction(conn), keys)
    return {"erasures": len(known), "adopted": adopted} | {name: found[name] for name in NAMES}


def everyone(conn: Connection) -> list[Erased]:
    """Every erasure that the database has."""
    return [Erased(**row) for row in store.everyone(conn)]


@contextmanager
def _transaction(conn: Connection) -> Iterator[Connection]:
    with conn.transaction():
        yield conn


def line(one: Erased) -> bytes:
    """One line of the file, without its end."""
    return orjson.dumps(
        {
            "respondent": one.respondent.hex(),
            "respondent_key": one.respondent_key,
            "erased_at": isoformat(one.erased_at),
        }
    )


def read(file: Iterable[bytes]) -> Iterator[Erased]:
    """The erasures of a file. Raises ClickException naming the first line that is none of `list`'s."""
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            found = orjson.loads(line)
            yield Erased(
                bytes.fromhex(found["respondent"]),
                str(found["respondent_key"]),
                parse_time(found["erased_at"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            text = f"line {number} is none that `journeyloop erasures list` prints"
            raise click.ClickException(text) from error
