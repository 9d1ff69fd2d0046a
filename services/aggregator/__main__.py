"""The processes of the aggregator: `python -m services.aggregator web|consumer`."""

from __future__ import annotations

import os
import sys

import click

from shared.settings import load


@click.group()
def main() -> None:
    """Buckets in, scores out."""


@main.command()
def web() -> None:
    """Serve HTTP; gunicorn takes this process over."""
    app = "services.aggregator.app:create_app()"
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", app])


@main.command()
def consumer() -> None:
    """Read responses and maps from Kafka into day buckets."""
    from services.aggregator import handler

    handler.run(load())


if __name__ == "__main__":
    main()
