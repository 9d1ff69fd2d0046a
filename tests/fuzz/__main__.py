"""`python -m tests.fuzz`: schemathesis over all three services in every role; ends with 1 where anything was wrong."""

from __future__ import annotations

import signal
import sys
import time

import click

from tests.fuzz import running, shop
from tests.fuzz.running import Found, Size

# An admin comes everywhere: with whom each schema's corners are tried, and chains of calls. The others mostly meet 403.
SIZES = {
    "small": (Size(examples=4, chains=4, coverage=False), Size(examples=1, chains=0, coverage=False)),
    "full": (Size(examples=100, chains=200, coverage=True), Size(examples=20, chains=0, coverage=False)),
}
SAMPLE = 1_500


@click.command()
@click.option("--seed", type=int, help="By default the clock says one.")
@click.option("--size", type=click.Choice(sorted(SIZES)), default="full", show_default=True)
@click.option("--service", "services", type=click.Choice(shop.SERVICES), multiple=True, default=shop.SERVICES)
@click.pass_context
def main(context: click.Context, seed: int | None, size: str, services: tuple[str, ...]) -> None:
    """Ask whatever the OpenAPI documents allow and forbid; every answer must be one that they announce."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as Ctrl-C does: its server goes with it
    seed = int(time.time()) % 1_000_000 if seed is None else seed
    began, rows = time.monotonic(), []
    with shop.running() as there:
        for service in services:
            found = Found(service)
            for role in shop.ROLES:
                found.add(running.run(there, service, role, SIZES[size][role != "admin"], seed))
                click.echo(f"{service} as {role or 'nobody'}: {found.requests} requests so far", err=True)
            rows.append(found)
    click.echo(f"seed {seed}, {size}, {time.monotonic() - began:.0f} s\n")
    click.echo("| service | operations answered 2xx | requests | 503 | other server errors | violations |")
    click.echo("|---|---|---|---|---|---|")
    for found in rows:
        click.echo(_row(found))
    for found in rows:
        for name, counts in sorted(found.statuses.items()):
            if counts[503]:
                click.echo(f"503: {name}, {counts[503]} of {counts.total()}")
    wrong = [text for found in rows for text in _wrong(found, whole=size == "full")]
    click.echo("\n" + ("\n".join(wrong) or "Nothing is wrong."))
    context.exit(1 if wrong else 0)


def _row(found: Found) -> str:
    covered = f"{len(found.served)} of {len(found.operations)}"
    violations = sum(found.failures.values())
    cells = (found.service, covered, found.requests, found.away, found.server_errors, violations)
    return f"| {' | '.join(map(str, cells))} |"


def _wrong(found: Found, *, whole: bool) -> list[str]:
    said = [f"WRONG: {' · '.join(what)}\n{sample[:SAMPLE]}\n" for what, sample in sorted(found.wrong.items())]
    said += [f"NOT RUN: {error}" for error in found.errors]
    if whole:
        never = sorted(found.operations - found.served)
        said += [f"NEVER 2xx: {name} {dict(found.statuses[name])}" for name in never]
    return said


main()
