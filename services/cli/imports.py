"""`journeyloop import`: a CSV file of past answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import click
from werkzeug.datastructures import Headers
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartEncoder, Preamble

from services.cli.http import Api, key_option

POLL_SECONDS = 0.5
PIECE_BYTES = 1 << 18
SHOWN_ERRORS = 20
COUNTS = ("accepted", "duplicates", "rejected")


@click.command("import")
@click.option(
    "-f", "--file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV"
)
@click.option(
    "-m",
    "--mapping",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON: what the columns mean",
)
@click.option("--dry-run", is_flag=True, help="Show the first rows as they would be taken; write nothing.")
@key_option
def import_(api: Api, file: Path, mapping: Path, dry_run: bool) -> None:
    """Upload a CSV file and follow the import to its end.

    The same file twice, or a longer export of the same answers, adds nothing twice. Exits with 1 where the import
    failed; rows that were refused are named and don't make it fail.
    """
    found = _upload(api, file, mapping, dry_run)
    if dry_run:
        _show_preview(found)
        return
    done = _follow(api, found["id"])
    click.echo(", ".join(f"{done[name]:,} {name}" for name in COUNTS) + f" of {done['rows']:,} rows")
    _show_errors(done["errors"], done["rejected"])
    if done["rejected"]:
        click.echo(f"All refused rows: /v1/imports/{done['id']}/rejects.csv")
    if done["state"] == "failed":
        raise click.ClickException(done["message"])


def _upload(api: Api, file: Path, mapping: Path, dry_run: bool) -> Any:
    boundary = token_hex(16)
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    query = {"dry_run": "true"} if dry_run else {}
    with click.progressbar(length=file.stat().st_size, label="Uploading") as bar:
        body = _form(file, mapping.read_bytes(), boundary, bar.update)
        return api.call("survey", "POST", "/v1/imports", data=body, headers=headers, params=query)


def _form(file: Path, mapping: bytes, boundary: str, sent: Callable[[int], None]) -> Iterator[bytes]:
    """The multipart body piece by piece; requests itself would read the whole file into memory."""
    encoder = MultipartEncoder(boundary.encode())
    yield encoder.send_event(Preamble(data=b""))
    yield encoder.send_event(Field(name="mapping", headers=Headers()))
    yield encoder.send_event(Data(data=mapping, more_data=False))
    yield encoder.send_event(File(name="file", filename=file.name, headers=Headers()))
    with file.open("rb") as stream:
        while data := stream.read(PIECE_BYTES):
            yield encoder.send_event(Data(data=data, more_data=True))
            sent(len(data))
    yield encoder.send_event(Data(data=b"", more_data=False))
    yield encoder.send_event(Epilogue(data=b""))


def _follow(api: Api, id: str) -> dict[str, Any]:
    with click.progressbar(length=1000, label="Importing") as bar:
        shown = 0
        while True:
            found: dict[str, Any] = api.call("survey", "GET", f"/v1/imports/{id}")
            now = round(found["progress"] * 1000)
            bar.update(now - shown)
            shown = now
            if found["state"] in ("done", "failed"):
                return found
            time.sleep(POLL_SECONDS)


def _show_preview(found: dict[str, Any]) -> None:
    for row in found["rows"]:
        facts = {
            name: value
            for name, value in row.items()
            if name not in ("row", "id") and value not in (None, [], {})
        }
        click.echo(f"row {row['row']}: " + ", ".join(f"{name} {value}" for name, value in facts.items()))
    _show_errors(found["errors"], found["rejected"])
    click.echo(
        f"{found['checked']:,} rows looked at, {found['rejected']:,} would be refused; nothing was written"
    )


def _show_errors(errors: list[dict[str, Any]], rejected: int) -> None:
    for error in errors[:SHOWN_ERRORS]:
        place = f"row {error['row']}, {error['field']}" if error["field"] else f"row {error['row']}"
        click.echo(f"{place}: {error['message']}")
    if rejected > SHOWN_ERRORS:
        click.echo("…")
