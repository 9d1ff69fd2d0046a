"""A measure as it is PUT, and what is asked and answered about it. What is left out stays left out."""

from __future__ import annotations

import re

from marshmallow import RAISE, Schema, fields, validate

from services.aggregator.measure_values import LARGEST
from services.aggregator.schemas.answers import DaysAnswer
from services.aggregator.schemas.questions import WindowQuery
from shared.inside import DIRECTIONS
from shared.web.documents import Page, Slug

LONGEST_NAME, LONGEST_UNIT = 100, 20
_WORDS = validate.Regexp(
    re.compile(r"[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*\Z"), error="Give it in one line of words."
)
_NO_CONTROL_CHARACTERS = validate.Regexp(re.compile(r"[^\x00-\x1f\x7f]*\Z"), error="No control characters.")


class Measure(Schema):
    """An internal measure of a stage. direction: which way it gets better."""

    class Meta:
        unknown = RAISE

    name = fields.String(required=True, validate=[validate.Length(1, LONGEST_NAME), _WORDS])
    unit = fields.String(allow_none=True, validate=[validate.Length(0, LONGEST_UNIT), _NO_CONTROL_CHARACTERS])
    direction = fields.String(
        required=True,
        validate=validate.OneOf(DIRECTIONS),
        metadata={"description": "up: more is better; down: less is better"},
    )
    target = fields.Float(allow_none=True, validate=validate.Range(-LARGEST, LARGEST))


class MeasureQuery(Page):
    """Which measures to list."""

    journey = Slug(load_default=None)
    stage = Slug(load_default=None)


class ValuesQuery(WindowQuery):
    """Which days: `window=28d`, or `from` and `to`."""

    class Meta:
        unknown = RAISE
        exclude = ("metric", "audience", "level")


class Value(Schema):
    """A day of REPORT_TZ and its value; null takes the day's value out."""

    day = fields.Date(required=True)
    value = fields.Float(required=True, allow_none=True)


class ValuesAnswer(Schema):
    """The values of some days, the first day first."""

    window = fields.Nested(DaysAnswer)
    items = fields.List(fields.Nested(Value))


class ValuesSaved(Schema):
    """What giving values changed: how many days got their first value, another one, none any more, or stayed."""

    added = fields.Integer()
    changed = fields.Integer()
    removed = fields.Integer()
    unchanged = fields.Integer()
    written = fields.Boolean()
