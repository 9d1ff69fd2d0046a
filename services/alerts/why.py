"""What the notifier asks other services: why a score fell, how it went since, is it true."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import requests
import structlog

from services.alerts.measurement import judged
from services.alerts.messages import gather
from services.alerts.messages.cause import covers
from shared.access import service_token
from shared.settings import Settings

TIMEOUT_SECONDS = 1.5

log = structlog.get_logger()


def changes(settings: Settings, incident: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """/v1/changes for the incident; None while the aggregator is away or has not counted the opening answer yet."""
    query = gather.question(incident, settings.report_tz, now.astimezone(settings.report_tz).date())
    found = _get(settings, "aggregator", "/v1/changes", query) if query else None
    key = f"{incident['journey']}/{incident['stage']}"
    return found if found and covers(found, key, incident["opening_sequence"]) else None


def days(settings: Settings, incident: Mapping[str, Any], now: datetime) -> list[dict[str, Any]] | None:
    """The stage's score on each day from the onset until today; None while the aggregator is away."""
    query = gather.days_question(incident, settings.report_tz, now.astimezone(settings.report_tz).date())
    found = _get(settings, "aggregator", "/v1/scores/series", query)
    if found is None:
        return None
    return found["items"][0]["points"] if found["items"] else []


def measurement(settings: Settings, incident: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """What moved about the asking (measurement.judged); None while the survey service is away."""
    today = now.astimezone(settings.report_tz).date()
    query = gather.measurement_question(incident, settings.report_tz, today)
    found = _get(settings, "survey", "/v1/measurement", query) if query else None
    return judged(found, today, settings.report_tz) if found else None


def answers(settings: Settings, questions: Mapping[str, tuple[str, str, dict[str, Any]]]) -> dict[str, Any]:
    """What other services answer to questions (service, path, query), by name; None where nothing came."""
    return {name: _get(settings, *question) for name, question in questions.items()}


def _get(settings: Settings, service: str, path: str, query: dict[str, str]) -> dict[str, Any] | None:
    headers = {"Authorization": f"Bearer {service_token(settings)}"}
    try:
        with requests.Session() as session:
            session.trust_env = False  # our own service is never behind a proxy
            url = settings.internal_url(service) + path
            answer = session.get(
                url, params=query, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
    except requests.RequestException as error:
        log.warning("service away", path=path, error=type(error).__name__)
        return None
    if answer.status_code != 200:
        log.warning("service refused", path=path, status=answer.status_code)
        return None
    found: dict[str, Any] = answer.json()
    return found
