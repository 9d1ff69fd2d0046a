"""What the notifier and the incident page ask the aggregator: why a score fell, and how it went since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import requests
import structlog

from services.alerts.messages import gather
from services.alerts.messages.cause import covers
from shared.access import service_token
from shared.settings import Settings

TIMEOUT_SECONDS = 1.5

log = structlog.get_logger()


def changes(
    settings: Settings, incident: Mapping[str, Any], now: datetime, timeout: float = TIMEOUT_SECONDS
) -> dict[str, Any] | None:
    """/v1/changes for the incident; None while the aggregator is away or has not counted the opening answer yet."""
    query = gather.question(incident, settings.report_tz, now.astimezone(settings.report_tz).date())
    found = _get(settings, "/v1/changes", query, timeout) if query else None
    key = f"{incident['journey']}/{incident['stage']}"
    return found if found and covers(found, key, incident["opening_sequence"]) else None


def days(settings: Settings, incident: Mapping[str, Any], now: datetime) -> list[dict[str, Any]] | None:
    """The stage's score on each day from the onset until today; None while the aggregator is away."""
    query = gather.days_question(incident, settings.report_tz, now.astimezone(settings.report_tz).date())
    found = _get(settings, "/v1/scores/series", query, TIMEOUT_SECONDS)
    if found is None:
        return None
    return found["items"][0]["points"] if found["items"] else []


def _get(settings: Settings, path: str, query: dict[str, str], timeout: float) -> dict[str, Any] | None:
    headers = {"Authorization": f"Bearer {service_token(settings)}"}
    try:
        with requests.Session() as session:
            session.trust_env = False  # our own service is never behind a proxy
            url = settings.aggregator_url + path
            answer = session.get(url, params=query, headers=headers, timeout=timeout, allow_redirects=False)
    except requests.RequestException as error:
        log.warning("aggregator away", path=path, error=type(error).__name__)
        return None
    if answer.status_code != 200:
        log.warning("aggregator refused", path=path, status=answer.status_code)
        return None
    found: dict[str, Any] = answer.json()
    return found
