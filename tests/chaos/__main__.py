"""`python -m tests.chaos`: courses from seeds, each printed; ends with 1 where anything was wrong."""

from __future__ import annotations

import signal
import sys
import time

import click

from tests.chaos import course, report
from tests.chaos.bugs import BUGS
from tests.chaos.plan import Size

SIZES = {
    "short": Size(answers=1_600, stages=20, falls=4, seconds=20, kills=16),
    "middle": Size(answers=12_000, stages=60, falls=12, seconds=90, kills=60),
    "long": Size(answers=100_000, stages=300, falls=60, seconds=1300, kills=160),
}


@click.command()
@click.option("--seed", type=int, help="The first course's seed; by default the clock says one.")
@click.option("--courses", default=1, show_default=True, help="How many, with seeds one after the other.")
@click.option("--size", type=click.Choice(sorted(SIZES)), default="short", show_default=True)
@click.option("--broker", type=click.Choice(["embedded", "kafka"]), default="embedded", show_default=True)
@click.option(
    "--bug",
    type=click.Choice(sorted(BUGS)),
    help="Plant a mistake first, and take the course that goes for it (whatever --size): it must turn red.",
)
@click.option(
    "--course-of", type=click.Choice(sorted(BUGS)), help="That course without the mistake: it must hold."
)
@click.pass_context
def main(
    context: click.Context,
    seed: int | None,
    courses: int,
    size: str,
    broker: str,
    bug: str | None,
    course_of: str | None,
) -> None:
    """Let everything go wrong at once, and check that every promise holds."""
    for how in (signal.SIGTERM, signal.SIGINT):  # SIGINT too: a shell's background has it ignored
        signal.signal(how, _end)
    first = int(time.time()) % 1_000_000 if seed is None else seed
    aimed = bug or course_of
    outcomes = []
    for number in range(first, first + courses):
        found = course.run(number, BUGS[aimed].course if aimed else SIZES[size], broker, bug)
        outcomes.append(found)
        click.echo(report.said(found, bug))
    click.echo("\n" + report.table(f"course of {aimed}" if aimed else size, outcomes))
    if bug:  # what the harness could not do finds no mistake
        caught = sum(
            any(ones for name, ones in found.found.items() if name != "harness") for found in outcomes
        )
        click.echo(f"\n{bug}: red in {caught} of {courses} courses")
    context.exit(1 if any(found.wrong for found in outcomes) else 0)


def _end(number: int, _: object) -> None:
    sys.exit(128 + number)


main()
