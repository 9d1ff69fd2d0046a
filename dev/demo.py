"""`make demo`: what Journeyloop does, on a running embedded stack.

A seeded journey, a healthy year by import, then a day on which one touchpoint falls for one segment, and the mail about
it. The first run's day is kept, and every answer has an id that follows from it: running it again adds nothing.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from threading import local
from typing import Any
from zoneinfo import ZoneInfo

import click
import requests
import yaml
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dev import installation, mail_sink, simulate
from dev.demo_report import report

SHOP = Path(__file__).parent / "shop.yaml"
SENDERS = 8
IMPORT_SECONDS = 600
SCORED_SECONDS = 300
MAIL_SECONDS = 180
TIMEOUT = 120


class Failed(Exception):
    """The demo did not show what it should; the message says what is missing."""


@dataclass(frozen=True)
class Demo:
    """One run: the stack's settings, the journey's documents and the first run's day."""

    environment: installation.Environment
    documents: dict[str, Any]
    anchor: date
    days: int = simulate.HISTORY_DAYS

    @cached_property
    def surveys(self) -> list[simulate.Survey]:
        return simulate.surveys_of(self.documents["surveys"])

    @property
    def history_size(self) -> int:
        """How many answers the history has."""
        return self.days * simulate.ANSWERS_A_DAY_AND_STAGE * len(simulate.HEALTHY)

    @cached_property
    def sessions(self) -> local:
        return local()

    def call(self, service: str, method: str, path: str, **options: Any) -> requests.Response:
        """An answer of a service to the admin; raises Failed on an error, waits where the service asks for it."""
        if not hasattr(self.sessions, "session"):
            self.sessions.session = requests.Session()
            self.sessions.session.headers["Authorization"] = f"Bearer {self.environment['ADMIN_KEY']}"
        url = f"{self.environment[f'{service.upper()}_URL']}{path}"
        while True:
            response: requests.Response = self.sessions.session.request(
                method, url, timeout=TIMEOUT, **options
            )
            if response.status_code not in (429, 503):
                break
            time.sleep(float(response.headers.get("Retry-After", 1)))
        if not response.ok:
            raise Failed(f"{method} {url}: {response.status_code} {response.text[:2000]}")
        return response


def main() -> None:
    """Run the demo and say where to look. Exit 1 with a reason where it does not work out."""
    environment = installation.read()
    demo = Demo(environment, yaml.safe_load(SHOP.read_text()), _anchor(environment["REPORT_TZ"]))
    columns = (TextColumn("{task.description:<42}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns) as progress:
            configure(demo, progress)
            import_history(demo, progress)
            wait_until_scored(demo, progress)
            answer_live(demo, progress)
            mail = wait_for_mail(demo, progress)
    except (Failed, requests.RequestException) as error:
        click.echo(f"{error}\nmake status and make logs tell more.", err=True)
        sys.exit(1)
    click.echo(report(environment, mail))


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


def import_history(demo: Demo, progress: Progress) -> None:
    """Import the healthy year; rows that are there already are duplicates and add nothing."""
    total = demo.history_size
    answers = progress.track(
        simulate.history(demo.surveys, demo.anchor, demo.days), total, description="Simulating a year"
    )
    text = simulate.as_csv(answers)
    mapping = simulate.mapping(demo.surveys, demo.environment["REPORT_TZ"])
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
            return
        _pause(deadline, "the import to be done")


def wait_until_scored(demo: Demo, progress: Progress) -> None:
    """Wait until every imported answer is in the scores."""
    total = demo.history_size
    first, last = demo.anchor - timedelta(days=demo.days), demo.anchor - timedelta(days=1)
    query = {"journey": "shop", "by": "journey", "from": first.isoformat(), "to": last.isoformat()}
    task = progress.add_task("Scoring it", total=total)
    deadline = time.monotonic() + SCORED_SECONDS
    while True:
        items = demo.call("aggregator", "GET", "/v1/scores", params=query).json()["items"]
        scored = sum(item["n"] for item in items)
        progress.update(task, completed=scored)
        if scored >= total:
            return
        _pause(deadline, f"{total} answers to be scored ({scored} are)")


def answer_live(demo: Demo, progress: Progress) -> None:
    """Answer as today's customers do, one request each."""
    answers = simulate.live(demo.surveys, demo.anchor)
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


def wait_for_mail(demo: Demo, progress: Progress) -> Path:
    """Wait for the mail to the stage's owner; its file."""
    task = progress.add_task("The owner of Delivery is told", total=1)
    deadline = time.monotonic() + MAIL_SECONDS
    while True:
        for file in mail_sink.files(Path(demo.environment["MAIL_DIR"])):
            if "down" in mail_sink.parse(file)["Subject"]:
                progress.update(task, completed=1)
                return file
        _pause(deadline, "the mail about Delivery to come")


def _pause(deadline: float, what: str) -> None:
    if time.monotonic() > deadline:
        raise Failed(f"Waited too long for {what}.")
    time.sleep(0.3)


if __name__ == "__main__":
    main()
