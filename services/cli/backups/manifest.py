"""A backup's folder: `database.dump` (of pg_dump), and `manifest.json`, which says what it is and proves it whole."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import orjson

from shared.settings import Settings

FORMAT = 1
DUMP, MANIFEST = "database.dump", "manifest.json"
# Lists of erasures that every restore of this backup applies.
ERASURES = "erasures*.jsonl"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """made_at: the moment the backup shows. rows: of each table. migrations: applied ones, of each schema.

    keys: which secrets the stored pseudonyms and signatures were made with, as fingerprints that tell nothing of them.
    """

    format: int
    made_at: str
    version: str
    server: int
    pg_dump: str
    report_tz: str
    keys: dict[str, str]
    migrations: dict[str, list[str]]
    rows: dict[str, int]
    bytes: int
    sha256: str

    def write(self, folder: Path) -> None:
        (folder / MANIFEST).touch(mode=0o600)
        (folder / MANIFEST).write_bytes(orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2) + b"\n")


def read(folder: Path) -> Manifest:
    """The manifest of a backup. Raises ClickException where `folder` holds none that this version reads."""
    try:
        found = orjson.loads((folder / MANIFEST).read_bytes())
        if found["format"] > FORMAT:
            raise click.ClickException(f"{folder} is of a newer version: {found['version']}")
        return Manifest(**found)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"{folder} is no backup: {error}") from error


def check_whole(folder: Path, manifest: Manifest) -> None:
    """Raise ClickException where the dump is not the one that was written."""
    try:
        size, digest = measure(folder / DUMP)
    except OSError as error:
        raise click.ClickException(f"{folder} is not whole: {error}") from error
    if (size, digest) != (manifest.bytes, manifest.sha256):
        raise click.ClickException(f"{folder / DUMP} is damaged: its checksum is not the manifest's")


def measure(file: Path) -> tuple[int, str]:
    """Bytes and SHA-256 of a file."""
    with file.open("rb") as stream:
        return file.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest()


def fingerprints(settings: Settings) -> dict[str, str]:
    """Of SECRET_KEY, and of each secret of RESPONDENT_KEY by its id."""
    named = {f"RESPONDENT_KEY {name}": secret for name, secret in settings.respondent_keys.items()}
    secrets = {"SECRET_KEY": settings.secret_key.encode()} | named
    return {
        name: hmac.digest(secret, b"journeyloop backup", "sha256").hex()[:16]
        for name, secret in secrets.items()
    }


def other_keys(manifest: Manifest, settings: Settings) -> list[str]:
    """The secrets of the backup that the settings do not have."""
    have = fingerprints(settings)
    return [name for name, print_ in manifest.keys.items() if have.get(name) != print_]


def unknown_migrations(manifest: Manifest, known: Mapping[str, set[str]]) -> list[str]:
    """Migrations of the backup that this code has never heard of: the backup is of a newer version."""
    return [
        f"{schema} {name}"
        for schema, names in manifest.migrations.items()
        for name in names
        if name not in known.get(schema, ())
    ]


def document(manifest: Manifest) -> dict[str, Any]:
    """What commands print of it."""
    kept = ("made_at", "version", "server", "bytes", "sha256")
    counted = {"rows": sum(manifest.rows.values()), "answers": manifest.rows["survey.response"]}
    return {name: getattr(manifest, name) for name in kept} | counted
