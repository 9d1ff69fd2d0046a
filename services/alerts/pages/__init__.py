"""What a person sees of alerts: one module a page, each with a plain flask.Blueprint, listed here."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint

from services.alerts.pages import (
    action,
    actions,
    incident,
    incident_acts,
    incidents,
    notifications,
    owner,
    owners,
    review,
    silence,
    silences,
    wins,
)

_FILES = Blueprint(
    "alerts_files",
    __name__,
    static_folder=str(Path(__file__).parent.parent / "static"),
    static_url_path="/static/alerts",
)

_PAGES = (
    incidents,
    incident,
    incident_acts,
    owners,
    owner,
    silences,
    silence,
    notifications,
    actions,
    action,
    review,
    wins,
)
BLUEPRINTS = (_FILES, *(page.blueprint for page in _PAGES))
