"""`python -m tests.soak steady|overload|stops`: prints docs/load.md's tables; ends with 1 where not all is well."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from dev.temporary_stack import temporary
from tests.chaos.course import SETTINGS
from tests.soak import course, overload, stopping
from tests.soak.memory import Slope

broker_option = click.option(
    "--broker", type=click.Choice(["embedded", "kafka"]), default="embedded", show_default=True
)


@click.group()
def main() -> None:
    """Load on a stack of its own; nothing of it stays."""


@main.command()
@click.option("--minutes", default=30.0, show_default=True)
@click.option("--rate", default=50.0, show_default=True, help="Answers a second.")
@click.option("--kill-every", default=60.0, show_default=True, help="Seconds from one kill to the next.")
@click.option("--warming", default=60.0, show_default=True, help="Seconds of a process's life left out.")
@broker_option
def steady(minutes: float, rate: float, kill_every: float, warming: float, broker: str) -> None:
    """A steady rate, a kill a minute: nothing grows, nothing is lost."""
    with temporary(broker, SETTINGS) as stack:
        found = course.run(stack, minutes, rate, kill_every, warming)
    click.echo(
        f"\n{minutes:g} min at {rate:g} answers a second on {broker}, {found.kills} kills: {found.given:,} given, "
    )
    click.echo(f"{found.acknowledged:,} acknowledged, statuses {found.statuses}, p99 {found.p99:.0f} ms\n")
    rows = [(name, f"{most:.0f}", *_kilobytes(line)) for name, (most, line) in found.memory.items()]
    _table(("process", "most, MB", "growth, kB/min", "95 % interval"), rows)
    rows = [(name, f"{most:.0f}", *_growth(line)) for name, (most, line) in found.lag.items()]
    _table(("what waits", "most", "growth a minute", "95 % interval"), rows)
    _verdict(found.wrong)


@main.command(name="overload")
@click.option("--first", default=50.0, show_default=True, help="The ramp's first rate, answers a second.")
@click.option("--step-seconds", default=15.0, show_default=True)
@click.option("--minutes", default=3.0, show_default=True, help="Of twice too much.")
@broker_option
def overload_(first: float, step_seconds: float, minutes: float, broker: str) -> None:
    """Twice what it can do: refused in time, and over it within a minute."""
    with temporary(broker, SETTINGS) as stack:
        found = overload.run(stack, first, step_seconds, minutes)
    click.echo(
        f"\nSustainable: {found.sustainable:.0f} answers a second; {minutes:g} min of twice as much on {broker}\n"
    )
    head = ("phase", "given/s", "acknowledged/s", "refused/s", "failed/s", "p50, ms", "p99, ms")
    _table(head, [(row[0], *(f"{value:.0f}" for value in row[1:])) for row in found.rows])
    click.echo(
        f"survey-web grew by {found.grown:.0f} MB; well again {found.recovered} s after; {found.left} people left\n"
    )
    _verdict(found.wrong)


@main.command()
@click.option("--times", default=50, show_default=True, help="Of each service's web process.")
@click.option("--rate", default=100.0, show_default=True, help="Requests a second.")
@broker_option
def stops(times: int, rate: float, broker: str) -> None:
    """SIGTERM to each web process under load: nobody who got through is cut off."""
    with temporary(broker, SETTINGS) as stack:
        rows = stopping.run(stack, times, rate)
    head = (
        "process",
        "stops",
        "answered",
        "503",
        "nobody listened",
        "cut off",
        "no answer",
        "slowest, s",
        "longest stop, s",
    )
    _table(
        head,
        [
            (
                row.name,
                *(str(n) for n in (row.times, row.said["200"] + row.said["201"], row.said["503"])),
                *(str(row.said[what]) for what in ("refused", "cut", "timeout")),
                f"{row.slowest:.1f}",
                f"{row.seconds:.1f}",
            )
            for row in rows
        ],
    )
    _verdict([wrong for row in rows for wrong in row.wrong])


def _kilobytes(line: Slope | None) -> tuple[str, str]:
    return _growth(line and Slope(line.value * 1024, line.low * 1024, line.high * 1024))


def _growth(line: Slope | None) -> tuple[str, str]:
    return ("–", "–") if line is None else (f"{line.value:+.0f}", f"{line.low:+.0f} to {line.high:+.0f}")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for row in (head, ["---"] * len(head), *rows):
        click.echo(f"| {' | '.join(row)} |")
    click.echo()


def _verdict(wrong: list[str]) -> None:
    for line in wrong:
        click.echo(f"WRONG: {line}")
    click.echo("red" if wrong else "all is well")
    sys.exit(1 if wrong else 0)


main()
