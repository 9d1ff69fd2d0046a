"""The survey service's processes: `python -m services.survey web|relay|worker`."""

from __future__ import annotations

import os
import sys

import click

from services.survey import SCHEMA
from shared.settings import load

APP = "services.survey.app:create_app()"


@click.group()
def main() -> None:
    """Run one process of the survey service."""


@main.command()
def web() -> None:
    """Serve HTTP; gunicorn takes this process over."""
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", APP])


@main.command()
def relay() -> None:
    """Send what the service wrote into its outbox to Kafka."""
    from shared.relay import run

    run(load(), SCHEMA)


@main.command()
def worker() -> None:
    """Work off uploaded imports."""
    from services.survey.worker import run

    run(load())


if __name__ == "__main__":
    main()
