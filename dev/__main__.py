"""The embedded stack's commands: `python -m dev up|down|status|logs|clean` (make up, make down, …)."""

from __future__ import annotations

import subprocess
import sys
import time

import click
from rich.console import Console
from rich.table import Table

from dev import installation, stack, supervisor
from dev import serve as servers

console = Console()


@click.group()
def main() -> None:
    """PostgreSQL, a broker, a mail sink and all our processes, in the background."""


@main.command()
@click.option("--broker", type=click.Choice(installation.BROKERS), help="Remembered for the next time.")
def up(broker: str | None) -> None:
    """Start the stack and wait until it is ready."""
    try:
        with console.status("Starting the embedded stack…"):
            environment = stack.up(broker)
    except (stack.NotReady, TimeoutError, RuntimeError) as error:
        click.echo(error, err=True)
        sys.exit(1)
    for service, url in stack.service_urls(environment).items():
        click.echo(f"{service:<12}{url}")
    click.echo(f"{'demo shop':<12}{environment['SHOP_URL']}")
    click.echo(f"{'mails':<12}{environment['MAIL_DIR']}")
    click.echo(f"{'settings':<12}.run/env (set -a; . .run/env; set +a)")


@main.command()
def down() -> None:
    """Stop the stack; data stays in .run/."""
    with console.status("Stopping the embedded stack…"):
        stack.down()


@main.command()
def status() -> None:
    """Show each process, and whether each service is ready; exit 1 when something is not."""
    if not supervisor.is_running():
        click.echo("down (make up starts it)")
        sys.exit(1)
    table = Table("process", "state", "pid", "for")
    for process in supervisor.processes():
        table.add_row(
            process["name"], process["statename"].lower(), str(process["pid"]), _age(process["start"])
        )
    console.print(table)
    wrong = False
    for service, url in stack.service_urls(installation.read()).items():
        why = stack.readiness(url)
        wrong = wrong or why is not None
        click.echo(f"{service:<12}{url}  {why or 'ready'}")
    sys.exit(1 if wrong else 0)


@main.command()
def logs() -> None:
    """Follow all logs."""
    files = sorted(str(file) for file in installation.LOGS.glob("*.log"))
    sys.exit(
        subprocess.run(["tail", "-n", "20", "-F", *files]).returncode if files else "no logs: make up first"
    )


@main.command()
def clean() -> None:
    """Stop the stack and remove all its data."""
    stack.down()
    installation.remove()


@main.command(hidden=True)
@click.argument("name", type=click.Choice(list(servers.SERVERS)))
def serve(name: str) -> None:
    """Run one infrastructure process in the foreground (the supervisor does)."""
    servers.SERVERS[name]()


@main.command(hidden=True)
def republish() -> None:
    """Once the broker is there, have the log sent again (the broker's start does)."""
    servers.republish_when_ready()


def _age(start: int) -> str:
    seconds = int(time.time() - start)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


if __name__ == "__main__":
    main()
