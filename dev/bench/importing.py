"""A CSV import through the real worker, and then its answers through relay and consumers."""

from __future__ import annotations

import io
import json
import time
from datetime import UTC, datetime
from typing import Any

from dev import ports
from dev.bench import answers
from dev.bench.figures import Figure, Turn
from dev.bench.scale import Scale
from dev.bench.system import PROCESSES, System
from services import aggregator, alerts, survey
from services.survey.answers import Answer
from services.survey.imports.mapping import surveys
from services.survey.imports.opening import open_file
from services.survey.imports.reading import records, skip_lines
from services.survey.imports.rows import Draft, draft, finish
from services.survey.store.surveys import definitions
from shared import positions

TARGET = 8_000
COLUMNS = {"score": "score", "answered_at": "answered_at", "comment": "comment"}
ATTRIBUTES = {"plan": "plan", "region": "region"}


def measure(system: System, scale: Scale) -> list[Figure]:
    """Only survey-web and survey-worker run: the import, and its reading and checking alone for comparison."""
    system.ensure("survey-web", "survey-worker")
    keys = [_make_survey(system, name) for name in answers.stages(scale.stages)]
    text = "".join(answers.csv_lines(keys, scale.import_rows))
    mapping = {
        "survey_by": {"column": "survey", "values": {key: key for key in keys}},
        "columns": COLUMNS | {"attributes": ATTRIBUTES},
    }
    imported = _import(system, text, mapping)
    mapped = _map_only(system, text, mapping)
    return [
        Figure(
            "import: rows a second of a CSV through the worker",
            f"{imported.rate:,.0f}/s",
            f"{mapped.rate:,.0f}/s only read and checked",
            imported.rate / mapped.rate,
            f"≥ {TARGET:,}/s",
            imported.rate >= TARGET,
            "reading and checking in Python and writing an answer and its event in PostgreSQL, by turns",
        )
    ]


def drain(system: System) -> list[Figure]:
    """Start all processes, and wait until both consumers have everything that was ever accepted."""
    began = time.monotonic()
    system.ensure(*PROCESSES)
    with system.connect(survey.SCHEMA) as conn:
        row = conn.execute("SELECT count(*) AS n FROM outbox WHERE topic = 'survey.responses'").fetchone()
        assert row is not None
        total = int(row["n"])
    with system.connect(aggregator.SCHEMA) as sums, system.connect(alerts.SCHEMA) as detectors:

        def all_there() -> bool:
            return all(sum(positions.read(conn).values()) >= total for conn in (sums, detectors))

        ports.wait_until(all_there, "the consumers' catching up", 600)
    rate = total / (time.monotonic() - began)
    limit = (
        "the relay, one core: stamping, reading back, encoding, sending; the other four share what is left"
    )
    what = "catching up: answers a second from the log through relay, broker and both consumers at once"
    return [
        Figure(what, f"{rate:,.0f}/s", f"{total:,} answers, from the processes' start", None, "", None, limit)
    ]


def _make_survey(system: System, journey: str) -> str:
    system.request("PUT", "survey", f"/v1/journeys/{journey}", json=answers.journey())
    system.request("PUT", "survey", f"/v1/surveys/{journey}-nps", json=answers.survey(journey))
    return f"{journey}-nps"


def _import(system: System, text: str, mapping: dict[str, Any]) -> Turn:
    files = {"file": ("answers.csv", text, "text/csv"), "mapping": (None, json.dumps(mapping))}
    path = f"/v1/imports/{system.request('POST', 'survey', '/v1/imports', files=files)['id']}"
    began = time.monotonic()
    while (now := system.request("GET", "survey", path))["state"] in ("queued", "running"):
        if now["state"] == "queued":
            began = time.monotonic()
        time.sleep(0.05)
    if now["state"] != "done" or now["rejected"]:
        raise RuntimeError(f"the import did not go well: {now | {'errors': now['errors'][:3]}}")
    return Turn(now["accepted"], time.monotonic() - began)


def _map_only(system: System, text: str, mapping: dict[str, Any]) -> Turn:
    """The same rows, read and checked by the same code, and dropped."""
    with system.connect(survey.SCHEMA) as conn:
        known = definitions(conn, surveys(mapping).values(), lock=False)
    now, began = datetime.now(UTC), time.monotonic()
    opened = open_file(io.BytesIO(text.encode()), mapping)
    lines = opened.layout.lines
    rows = records(skip_lines(opened.blocks, lines), opened.layout.delimiter, (0, lines))
    taken = 0
    for row in rows:
        drafted = draft(opened.plan, row)
        if isinstance(drafted, Draft):
            taken += isinstance(finish(opened.plan, drafted, 1, known, now), Answer)
    return Turn(taken, time.monotonic() - began)
