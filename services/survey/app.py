"""The survey service's web app: which routes, pages and checks it is made of."""

from __future__ import annotations

import atexit
import weakref

from flask import Flask

from services.survey import SCHEMA, admin, contact_page, metrics, pages, rate_limit, status, tallies
from services.survey.routes import (
    batch,
    embed,
    employee_comments,
    follow_ups,
    form,
    imports,
    impressions,
    journeys,
    links,
    measurement,
    qr,
    recovery,
    respondents,
    responses,
    secret,
    surveys,
    unsubscribe,
    voids,
)
from shared.settings import Settings, load
from shared.web.app import make_app
from shared.web.status import blueprint

BLUEPRINTS = [
    journeys.blueprint,
    surveys.blueprint,
    secret.blueprint,
    form.blueprint,
    impressions.counting,
    impressions.blueprint,
    embed.blueprint,
    responses.blueprint,
    employee_comments.blueprint,
    follow_ups.blueprint,
    recovery.blueprint,
    respondents.blueprint,
    voids.blueprint,
    measurement.blueprint,
    batch.blueprint,
    imports.blueprint,
    links.blueprint,
    pages.blueprint,
    contact_page.blueprint,
    unsubscribe.blueprint,
    qr.blueprint,
    blueprint("survey", status.PROCESSES, status.CHECKS, status.waiting),
]


def create_app(settings: Settings | None = None) -> Flask:
    """The app, its pool open: call it after the fork. Settings come from the environment where none are given."""
    found = settings or load()
    app = make_app("survey", found, SCHEMA, BLUEPRINTS, status.CHECKS, metrics.samples)
    app.register_blueprint(admin.blueprint)
    rate_limit.install(app, found)
    tallies.install(app, found)
    atexit.register(_flush, weakref.ref(app))
    return app


def _flush(app: weakref.ref[Flask]) -> None:
    """At the end of a process that was asked to stop: write its last seconds of counts."""
    if (found := app()) is not None:
        tallies.flush(found)
