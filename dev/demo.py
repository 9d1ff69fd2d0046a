"""`make demo`: what Journeyloop does, on a running embedded stack.

A seeded journey, a healthy year by import, the weeks past of one stage (dev/story), then a day on which one touchpoint
of another falls for one segment, and the mail about it. The first run's day is kept, and every answer has an id that
follows from it: running it again adds nothing. What is when, and why that is honest: docs/demo.md.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import requests
import yaml
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dev import installation, mail_sink, simulate
from dev.demo_calls import Demo, Failed
from dev.demo_report import report
from dev.story import cases, door, employees, inside, returns, review, weeks

SHOP = Path(__file__).parent / "shop.yaml"
SENDERS = 8
IMPORT_SECONDS = 600
SCORED_SECONDS = 300
MAIL_SECONDS = 180


def main() -> None:
    """Run the demo and say where to look. Exit 1 with a reason where it does not work out."""
    environment = installation.read()
    demo = Demo(environment, yaml.safe_load(SHOP.read_text()), _anchor(environment["REPORT_TZ"]))
    columns = (TextColumn("{task.description:<42}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns) as progress:
            fall, win = play(demo, progress)
    except (Failed, requests.RequestException) as error:
        click.echo(f"{error}\nmake status and make logs tell more.", err=True)
        sys.exit(1)
    click.echo(report(environment, fall, win))


def play(demo: Demo, progress: Progress) -> tuple[Path, Path]:
    """All of it, in order; the mails about the fall and about the win."""
    with door.opened(demo.environment) as past:
        past.set_to(datetime.combine(demo.anchor - timedelta(days=demo.days), datetime.min.time()))
        configure(demo.at(past.environment), progress)
        before = returns.add_history(demo, past)
    imported = import_history(demo, progress)
    wait_until_scored(demo, before + imported, progress)
    inside.measure(demo)
    returns.live_through(demo, progress)
    cases.give(demo)
    review.prepare(demo)
    answer_live(demo, progress)
    fall = wait_for_mail(demo, "down", "The owner of Delivery is told", progress)
    win = wait_for_mail(demo, returns.WON, "Who made Returns better is thanked", progress)
    cases.work(demo, progress)
    returns.measure(demo)
    return fall, win


def _anchor(time_zone: str) -> date:
    """The day of the first run."""
    kept = installation.RUN / "demo-day"
    if not kept.exists():
        kept.write_text(datetime.now(ZoneInfo(time_zone)).date().isoformat())
    return date.fromisoformat(kept.read_text())


def configure(demo: Demo, progress: Progress) -> None:
    """PUT the owners, the journey and its surveys; what is there already stays as it is."""
    kinds = (("owners", "alerts"), ("journeys", "survey"), ("surveys", "survey"))
    puts = [(service, kind, document) for kind, service in kinds for document in demo.documents[kind]]
    for service, kind, document in progress.track(puts, description="Mapping the journey “Shop”"):
        named_by = kind.removesuffix("s")
        body = {name: value for name, value in document.items() if name != named_by}
        if kind == "surveys":
            body["origins"] = [demo.environment["SHOP_URL"]]
        demo.call(service, "PUT", f"/v1/{kind}/{document[named_by]}", json=body)


def import_history(demo: Demo, progress: Progress) -> int:
    """Import the healthy year of all stages but the story's, and what employees said; how many customers answered.

    Rows that are there already are duplicates and add nothing.
    """
    stages = [stage for stage in simulate.HEALTHY if stage != weeks.STAGE]
    customers = demo.days * simulate.ANSWERS_A_DAY_AND_STAGE * len(stages)
    said = employees.answers(demo.anchor)
    total = customers + len(said)
    healthy = simulate.history(demo.surveys, demo.anchor, demo.days, stages)
    answers = progress.track(chain(healthy, said), total, description="Simulating a year")
    text = simulate.as_csv(answers)
    mapping = simulate.mapping([*demo.surveys, employees.SURVEY], demo.environment["REPORT_TZ"])
    upload = {"file": ("history.csv", text.encode()), "mapping": (None, json.dumps(mapping))}
    path = demo.call("survey", "POST", "/v1/imports", files=upload).headers["Location"]
    path = path.removeprefix(demo.environment["SURVEY_URL"])
    task = progress.add_task("Importing it", total=total)
    deadline = time.monotonic() + IMPORT_SECONDS
    while True:
        state = demo.call("survey", "GET", path).json()
        progress.update(task, completed=state["accepted"] + state["duplicates"] + state["rejected"])
        if state["state"] == "failed" or state["rejected"]:
            raise Failed(f"the import failed: {state}")
        if state["state"] == "done":
            return customers
        _pause(deadline, "the import to be done")


def wait_until_scored(demo: Demo, total: int, progress: Progress) -> None:
    """Wait until as many answers of customers are in the scores."""
    first, last = demo.anchor - timedelta(days=demo.days), demo.anchor - timedelta(days=1)
    query = {"journey": "shop", "audience": "customer", "metric": "nps", "by": "journey"}
    query |= {"from": first.isoformat(), "to": last.isoformat()}
    task = progress.add_task("Scoring it", total=total)
    deadline = time.monotonic() + SCORED_SECONDS
    while True:
        items = demo.call("aggregator", "GET", "/v1/scores", params=query).json()["items"]
        scored = sum(item["n"] for item in items)
        progress.update(task, completed=min(scored, total))
        if scored >= total:
            return
        _pause(deadline, f"{total} answers to be scored ({scored} are)")


def answer_live(demo: Demo, progress: Progress) -> None:
    """Answer as today's customers do, one request each."""
    answers = simulate.live(demo.surveys, demo.anchor, simulate.HEALTHY | {weeks.STAGE: weeks.BEST})
    with ThreadPoolExecutor(SENDERS) as senders:
        sent = senders.map(lambda answer: _answer(demo, answer), answers)
        for _ in progress.track(sent, len(answers), description="Customers answer; North waits for couriers"):
            pass


def _answer(demo: Demo, answer: simulate.Answer) -> None:
    body = {
        "id": str(answer.id),
        "score": answer.score,
        "reasons": list(answer.reasons),
        "comment": answer.comment or None,
        "attributes": answer.attributes,
        "lang": "en",
    }
    demo.call("survey", "POST", f"/v1/surveys/{answer.survey}/responses", json=body)


def wait_for_mail(demo: Demo, subject: str, what: str, progress: Progress) -> Path:
    """Wait for the first mail whose subject has these words; its file."""
    task = progress.add_task(what, total=1)
    deadline = time.monotonic() + MAIL_SECONDS
    while True:
        for file in mail_sink.files(Path(demo.environment["MAIL_DIR"])):
            if subject in mail_sink.parse(file)["Subject"]:
                progress.update(task, completed=1)
                return file
        _pause(deadline, f"a mail with “{subject}” in its subject")


def _pause(deadline: float, what: str) -> None:
    if time.monotonic() > deadline:
        raise Failed(f"Waited too long for {what}.")
    time.sleep(0.3)


if __name__ == "__main__":
    main()
