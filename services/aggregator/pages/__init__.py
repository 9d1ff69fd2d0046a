"""What a person sees of the aggregator: one module a page, each with a plain flask.Blueprint, listed here."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint

from services.aggregator.pages import journey, journeys, measure, measures, stage

_FILES = Blueprint(
    "aggregator_files",
    __name__,
    static_folder=str(Path(__file__).parent.parent / "static"),
    static_url_path="/static/aggregator",
)

BLUEPRINTS = (
    _FILES,
    journeys.blueprint,
    journey.blueprint,
    stage.blueprint,
    measures.blueprint,
    measure.blueprint,
)
