"""The shapes of measures on a scorecard, and of what is green inside and red outside."""

from __future__ import annotations

from marshmallow import Schema, fields


class MeasureBefore(Schema):
    """A measure in the window before."""

    value = fields.Float(allow_none=True)
    days = fields.Integer()


class ScorecardMeasure(Schema):
    """An internal measure of a stage: the mean of the days in the window that have a value."""

    measure = fields.String()
    name = fields.String()
    unit = fields.String(allow_none=True)
    direction = fields.String()
    target = fields.Float(allow_none=True)
    value = fields.Float(allow_none=True)
    days = fields.Integer()
    last_day = fields.Date(allow_none=True)
    before = fields.Nested(MeasureBefore)
    meets_target = fields.Boolean(allow_none=True)


class RedOutside(Schema):
    """A score of customers that is red, and why: under_target (by their scores), degraded (only alerts knows)."""

    metric = fields.String()
    audience = fields.String()
    score = fields.Float(allow_none=True)
    n = fields.Integer()
    target = fields.Float(allow_none=True)
    why = fields.List(fields.String())


class GreenInside(Schema):
    """A measure that meets its target at a stage whose customers say otherwise."""

    stage = fields.String()
    measure = fields.String()
    name = fields.String()
    unit = fields.String(allow_none=True)
    direction = fields.String()
    target = fields.Float()
    value = fields.Float()
    days = fields.Integer()
    scores = fields.List(fields.Nested(RedOutside))
    in_words = fields.String()
