"""Numbers about cases over HTTP."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.survey.schemas.journeys import METRIC
from shared.web.documents import Slug


class CountsQuery(Schema):
    """Whose cases; left out: everybody's."""

    owner = fields.String(
        load_default=None,
        validate=validate.Length(max=3_200),
        metadata={"description": "an owner's key, or some with commas between them"},
    )


class Counts(Schema):
    """Cases to do."""

    open = fields.Integer(metadata={"description": "not resolved"})
    overdue = fields.Integer(metadata={"description": "of these, past their due time"})


class RecoveryQuery(Schema):
    """Of which stage; left out: of all."""

    journey = Slug(load_default=None)
    stage = Slug(load_default=None)


class RecoveryScore(Schema):
    """What customers of one stage say after their case was solved."""

    journey = fields.String()
    stage = fields.String(metadata={"description": "that the case was about"})
    survey = fields.String(metadata={"description": "that asked"})
    metric = fields.String(validate=METRIC)
    sent = fields.Integer(metadata={"description": "mails that went"})
    n = fields.Integer(metadata={"description": "that were answered"})
    score = fields.Float(allow_none=True)
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    level = fields.Float()
    mean = fields.Float(allow_none=True)
    histogram = fields.List(fields.Integer())
    small_sample = fields.Boolean()
    formula = fields.String()


class RecoveryScores(Schema):
    """One a stage and survey."""

    items = fields.List(fields.Nested(RecoveryScore))
