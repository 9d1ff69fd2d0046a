"""`journeyloop …`: the one place that may import every service."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import psycopg
import requests

from services.cli.backtest import backtest
from services.cli.backups.backup import backup
from services.cli.backups.restore import restore
from services.cli.check import check
from services.cli.configuration import apply, diff, export
from services.cli.dead_letters import dead_letters
from services.cli.erasures import erasures
from services.cli.imports import import_
from services.cli.keys import keys
from services.cli.migrate import migrate
from services.cli.rebuild import rebuild
from services.cli.recount import recount
from services.cli.redrive import redrive
from services.cli.republish import republish
from services.cli.users import users
from shared.db import SchemaOutdated
from shared.settings import SettingsError, adopt_env_file

FAILED, USAGE, INTERRUPTED = 1, 64, 130
ENV_FILE = Path(".run/env")
REPOSITORY = Path(__file__).parents[2]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def journeyloop() -> None:
    """Run and configure Journeyloop.

    Settings come from the environment; where it names no DATABASE_URL, from .run/env of this folder or the
    repository, which `make up` writes.

    Exit codes: 0 done, 1 failed (one line says why), 2 there is a difference (diff, rebuild --dry-run), 64 wrong usage.
    """
    for folder in (Path.cwd(), REPOSITORY):
        adopt_env_file(folder / ENV_FILE)


for command in (
    migrate,
    keys,
    users,
    apply,
    diff,
    export,
    import_,
    check,
    backtest,
    recount,
    republish,
    rebuild,
    dead_letters,
    redrive,
    erasures,
    backup,
    restore,
):
    journeyloop.add_command(command)


def main() -> None:
    """The console script: every expected failure is one line, and an exit code of its own."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    try:
        result = journeyloop.main(arguments, prog_name="journeyloop", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.UsageError as error:
        error.show()
        return USAGE
    except click.ClickException as error:
        error.show()
        return FAILED
    except click.Abort:
        return INTERRUPTED
    except (SettingsError, SchemaOutdated) as error:
        return _failed(str(error))
    except psycopg.OperationalError as error:
        return _failed(f"the database does not answer: {str(error).splitlines()[0]}")
    except requests.RequestException as error:
        url = error.request.url if error.request is not None else "the service"
        return _failed(f"no answer from {url}: {type(error).__name__}")


def _failed(message: str) -> int:
    click.echo(f"Error: {message}", err=True)
    return FAILED
