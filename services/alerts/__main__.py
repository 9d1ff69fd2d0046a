"""The processes of alerts: `python -m services.alerts web|consumer|notifier`."""

from __future__ import annotations

import os
import sys

import click

from shared.settings import load


@click.group()
def main() -> None:
    """Detection, incidents and their notifications."""


@main.command()
def web() -> None:
    """Serve HTTP; gunicorn takes this process over."""
    app = "services.alerts.app:create_app()"
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", app])


@main.command()
def consumer() -> None:
    """Read answers, maps and heartbeats from Kafka into detectors and incidents."""
    from services.alerts.handler import run

    run(load())


@main.command()
def notifier() -> None:
    """Send what is due to the owners."""
    from services.alerts.notifier import run

    run(load())


if __name__ == "__main__":
    main()
