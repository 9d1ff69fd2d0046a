"""`python -m tests.chaos`: courses from seeds, each printed; ends with 1 where anything was wrong."""

from __future__ import annotations

import time

import click

from tests.chaos import course
from tests.chaos.bugs import BUGS

SIZES = {
    "short": course.Size(answers=1_600, stages=20, falls=4, seconds=20, kills=16),
    "middle": course.Size(answers=12_000, stages=60, falls=12, seconds=90, kills=60),
    "long": course.Size(answers=100_000, stages=300, falls=60, seconds=600, kills=240),
}


@click.command()
@click.option("--seed", type=int, help="The first course's seed; by default the clock says one.")
@click.option("--courses", default=1, show_default=True, help="How many, with seeds one after the other.")
@click.option("--size", type=click.Choice(sorted(SIZES)), default="short", show_default=True)
@click.option("--broker", type=click.Choice(["embedded", "kafka"]), default="embedded", show_default=True)
@click.option(
    "--bug", type=click.Choice(sorted(BUGS)), help="Plant a mistake first: the course must turn red."
)
@click.pass_context
def main(
    context: click.Context, seed: int | None, courses: int, size: str, broker: str, bug: str | None
) -> None:
    """Let everything go wrong at once, and check that every promise holds."""
    first = int(time.time()) % 1_000_000 if seed is None else seed
    red = 0
    for number in range(first, first + courses):
        found = course.run(number, SIZES[size], broker, bug)
        red += bool(found.wrong)
        _show(found, bug)
    context.exit(1 if red else 0)


def _show(found: course.Outcome, bug: str | None) -> None:
    faults = ", ".join(f"{n} {kind}" for kind, n in sorted(found.faults.items()))
    click.echo(f"seed {found.seed} on {found.broker}{f' with {bug}' if bug else ''}: {found.seconds:.0f} s")
    click.echo(f"  {found.answers} answers, {found.repeats} sent twice, {found.changes} changed; {faults}")
    click.echo(f"  statuses {dict(sorted(found.statuses.items()))}")
    for wrong in found.wrong:
        click.echo(f"  WRONG: {wrong}")
    click.echo("  red" if found.wrong else "  all promises hold")


main()
