"""Durable 201s a second, beside the same web app that validates and does not store."""

from __future__ import annotations

import json
from dataclasses import replace

from dev import ports
from dev.bench import answers
from dev.bench.figures import Figure, Turn, median_rate, median_ratio
from dev.bench.scale import Scale
from dev.bench.system import System

TARGET = 0.4
SURVEY = "ingest-nps"
VALIDATE_ONLY = "validate-only"


def measure(system: System, scale: Scale) -> list[Figure]:
    """Of all our processes only survey-web runs; its answers stay in the outbox."""
    system.ensure("survey-web")
    system.request("PUT", "survey", "/v1/journeys/ingest", json=answers.journey())
    system.request("PUT", "survey", f"/v1/surveys/{SURVEY}", json=answers.survey("ingest"))
    port = ports.free_port()
    _start_validate_only(system, port)
    durable_port = int(system.environment["SURVEY_PORT"])
    _turn(system, durable_port, replace(scale, ingest_seconds=1))
    _turn(system, port, replace(scale, ingest_seconds=1))
    durable, validated = [], []
    for _ in range(scale.rounds):
        validated.append(_turn(system, port, scale))
        durable.append(_turn(system, durable_port, scale))
    system.stop(VALIDATE_ONLY)
    ratio = median_ratio(durable, validated)
    return [
        Figure(
            "ingest: durable 201s a second",
            f"{median_rate(durable):,.0f}/s",
            f"{median_rate(validated):,.0f}/s by the same app that only validates",
            ratio,
            f"≥ {TARGET}",
            ratio >= TARGET,
            "Flask and Python in one worker process; then the statement and its flush to disk (a commit an answer)",
        )
    ]


def _start_validate_only(system: System, port: int) -> None:
    """Gunicorn with the same settings; the last argument tells its configuration which service this is."""
    gunicorn = ["gunicorn", "-c", "deploy/gunicorn.conf.py", "dev.bench.validate_only:create_app()"]
    metrics = str(system.folder / "metrics-validate-only")
    changes = {"SURVEY_PORT": str(port), "PROMETHEUS_MULTIPROC_DIR": metrics}
    system.start(VALIDATE_ONLY, [*gunicorn, "services.survey"], **changes)
    system.wait_for(VALIDATE_ONLY, port)


def _turn(system: System, port: int, scale: Scale) -> Turn:
    arguments = ["closed", str(port), SURVEY, str(scale.connections), str(scale.ingest_seconds)]
    found = json.loads(system.measure("dev.bench.load", *arguments))
    statuses = found["statuses"]
    if set(statuses) != {"201"}:
        raise RuntimeError(f"not every answer was new and taken: {statuses}")
    return Turn(sum(statuses.values()), found["seconds"])
