"""`/v1/surveys/{survey}/secret`: what the embedding system signs respondents with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from services.survey import signatures
from services.survey.definition import Definition
from services.survey.routes.documents import answers
from services.survey.store import journeys, surveys
from services.survey.submission import current
from shared.db import Connection
from shared.web.app import database, settings
from shared.web.auth import require
from shared.web.problems import not_found

blueprint = Blueprint("secret", __name__, description="The secret that signs respondents")


class Secret(Schema):
    """A survey's secret. During the week after a rotation signatures made with the one before count too."""

    survey = fields.String()
    secret = fields.String()
    generation = fields.Integer()
    previous_counts_until = fields.DateTime(allow_none=True)


@blueprint.route("/v1/surveys/<survey>/secret", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 404))
@require("admin")
@blueprint.response(200, Secret)
def get_secret(survey: str) -> dict[str, Any]:
    """The secret for `sig` = HMAC-SHA256(secret, respondent) in hexadecimal. Keep it on your server."""
    return read_secret(survey)


@blueprint.route("/v1/surveys/<survey>/secret/rotate", methods=["POST"])
@blueprint.doc(responses=answers(401, 403, 404))
@require("admin")
@blueprint.response(200, Secret)
def rotate_secret(survey: str) -> dict[str, Any]:
    """Make a new secret. Signatures made with the one before count for 7 more days, those before it no longer."""
    return renew_secret(survey)


def read_secret(survey: str) -> dict[str, Any]:
    """{survey, secret, generation, previous_counts_until}. Raises Problem 404."""
    with database() as conn:
        return _secret(current(conn, survey))


def renew_secret(survey: str) -> dict[str, Any]:
    """The same after a new secret was made. Raises Problem 404."""
    with database() as conn:
        return _secret(_rotate(conn, survey))


def _rotate(conn: Connection, survey: str) -> Definition:
    stored = surveys.lock(conn, survey)
    if stored is None:
        raise not_found("survey", survey)
    surveys.rotate_secret(conn, survey)
    journeys.lock(conn, stored["journey"])
    # So that no process checks an answer with the secret it remembers.
    journeys.advance(conn, stored["journey"])
    return current(conn, survey)


def _secret(definition: Definition) -> dict[str, Any]:
    now = datetime.now(UTC)
    rotated_at = definition.secret_rotated_at
    counts = len(signatures.generations(definition, now)) > 1 and rotated_at is not None
    return {
        "survey": definition.survey,
        "secret": signatures.secret(settings().secret_key, definition.survey, definition.secret_generation),
        "generation": definition.secret_generation,
        "previous_counts_until": rotated_at + signatures.PREVIOUS_COUNTS_FOR
        if counts and rotated_at
        else None,
    }
