"""Take the pictures: of an installation with nothing in it, of one that is lived in, and with parts of it away."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from dev import temporary_stack
from dev.pictures import signing_in, worlds
from dev.pictures.camera import Camera, opened
from dev.pictures.crawl import Crawl
from dev.temporary_stack import Stack

DOCS = Path(__file__).parents[2] / "docs" / "img"
DAYS = 365
PARTS = ("empty", "lived-in", "without")
ABSENT = ("aggregator-consumer", "alerts-web", "aggregator-web", "survey-web")
# What is looked at again while a part is away, as (service, path).
WITHOUT = (
    ("aggregator", "/"),
    ("aggregator", "/journeys/shop"),
    ("aggregator", "/journeys/shop/stages/delivery"),
    ("alerts", "/incidents"),
    ("survey", "/setup"),
    ("survey", "/status"),
)
# Pictures that the documents show, as a screen has them: name, service, path, theme.
SHOWN = (
    ("journeys", "aggregator", "/", "light"),
    ("journey", "aggregator", "/journeys/shop", "light"),
    ("journey-dark", "aggregator", "/journeys/shop", "dark"),
    ("stage", "aggregator", "/journeys/shop/stages/delivery?window=90d", "light"),
    ("review", "alerts", "/reviews/shop", "light"),
    ("action", "alerts", "/actions/refund-at-first-scan", "light"),
    ("follow-ups", "survey", "/follow-ups", "light"),
    ("setup", "survey", "/setup", "light"),
    ("map", "survey", "/admin/journeys/shop", "light"),
)


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("screenshots"), show_default=True)
@click.option("--days", default=DAYS, show_default=True, help="Days of history of the installation lived in.")
@click.option(
    "--part", type=click.Choice(PARTS), multiple=True, default=PARTS, help="Only this; may be repeated."
)
@click.option("--docs", is_flag=True, help="Also write the pictures that the documents show into docs/img.")
def main(out: Path, days: int, part: tuple[str, ...], docs: bool) -> None:
    """Photograph every page; exit 1 where one looks wrong."""
    if part == PARTS:
        shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    if "empty" in part:
        with _signed_in() as (stack, crawl, camera):
            wrong += _everything(crawl, camera, out, "empty", stack)
    if docs or {"lived-in", "without"} & set(part):
        with _signed_in(days) as (stack, crawl, camera):
            if docs:
                _show(stack, camera)
            if "lived-in" in part:
                wrong += _everything(crawl, camera, out, "lived-in", stack)
            for process in ABSENT if "without" in part else ():
                wrong += _without(stack, camera, out, process)
    click.echo("\n".join([f"{len(list(out.iterdir()))} pictures in {out}/", *wrong]))
    sys.exit(1 if wrong else 0)


@contextmanager
def _signed_in(days: int = 0) -> Iterator[tuple[Stack, Crawl, Camera]]:
    with temporary_stack.temporary("embedded") as stack:
        if days:
            worlds.live_in(stack, days)
        session = signing_in.session(stack)
        with opened(signing_in.cookies(session)) as camera:
            yield stack, Crawl(stack, session), camera


def _show(stack: Stack, camera: Camera) -> None:
    incident = worlds.open_incident(stack)
    for name, service, path, theme in (*SHOWN, ("incident", "alerts", f"/incidents/{incident}", "light")):
        camera.screen(stack.url(service) + path, theme, DOCS / f"{name}.png")


def _everything(crawl: Crawl, camera: Camera, out: Path, world: str, stack: Stack) -> Iterator[str]:
    for address in crawl.addresses():
        click.echo(f"{world}: {address.path}")
        yield from camera.photograph(
            stack.url(address.service) + address.path, out, f"{world}-{address.name}"
        )


def _without(stack: Stack, camera: Camera, out: Path, process: str) -> Iterator[str]:
    """The pages that need a process, without it."""
    stack.stop(f"services:{process}")
    if process == "aggregator-consumer":
        worlds.wait_until_late(stack)
    for service, path in WITHOUT:
        if process != f"{service}-web":
            name = "-".join(part for part in path.split("/") if part) or "journeys-all"
            yield from camera.photograph(stack.url(service) + path, out, f"without-{process}-{name}")
    stack.start(f"services:{process}")


if __name__ == "__main__":
    main()
