"""The web process of the aggregator: wiring only."""

from __future__ import annotations

from functools import partial

from flask import Flask

from services.aggregator import SCHEMA, pages
from services.aggregator.routes import changes, freshness, measures, scorecards, scores
from shared.settings import Settings, load
from shared.web import health, monitoring, status
from shared.web.app import make_app


def create_app(settings: Settings | None = None) -> Flask:
    """The Flask app; call it in the process that serves."""
    checks = (health.running("consumer"), health.NO_GAPS)
    told = status.blueprint("aggregator", ("consumer",), checks, status.received)
    blueprints = (
        scores.blueprint,
        scorecards.blueprint,
        changes.blueprint,
        freshness.blueprint,
        measures.blueprint,
        told,
    )
    samples = partial(monitoring.received, "aggregator")
    return make_app(
        "aggregator", settings or load(), SCHEMA, (*blueprints, *pages.BLUEPRINTS), checks, samples
    )
