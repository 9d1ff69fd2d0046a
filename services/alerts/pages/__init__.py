"""What a person sees of alerts: one module a page, each with a plain flask.Blueprint, listed here."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint

from services.alerts.pages import incident, incident_acts, incidents

_FILES = Blueprint(
    "alerts_files",
    __name__,
    static_folder=str(Path(__file__).parent.parent / "static"),
    static_url_path="/static/alerts",
)

BLUEPRINTS = (_FILES, incidents.blueprint, incident.blueprint, incident_acts.blueprint)
