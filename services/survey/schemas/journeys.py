"""A journey's map as it is PUT."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.survey.schemas.plain import LONG, NAME, SEGMENT, Number, Truth, named_twice, repeated
from shared.events import SCALES
from shared.web.documents import Slug

AUDIENCES = ("customer", "employee")
METRIC = validate.OneOf(tuple(SCALES))
AUDIENCE = validate.OneOf(AUDIENCES)
LOWEST_SCORE = {"nps": -100, "csat": 0, "ces": 0}


def _text() -> fields.String:
    return fields.String(validate=LONG, allow_none=True)


class Target(Schema):
    """What a stage wants to reach: a score of one metric and audience. Targets colour scorecards; they never alert."""

    metric = fields.String(required=True, validate=METRIC)
    audience = fields.String(validate=AUDIENCE, metadata={"description": "customer, where it is not said"})
    score = Number(-100, 100, required=True)

    @validates_schema
    def _on_the_scale(self, data: dict[str, Any], **_: Any) -> None:
        if data["score"] < LOWEST_SCORE[data["metric"]]:
            raise ValidationError({"score": [f"A {data['metric']} score lies between 0 and 100."]})


class Touchpoint(Schema):
    """One contact of the customer within a stage."""

    key = Slug(required=True)
    name = fields.String(validate=NAME)
    moment_of_truth = Truth()
    channel = fields.String(validate=NAME, allow_none=True)
    customer_goal = _text()
    actions = _text()
    feelings = _text()
    pain_points = fields.List(fields.String(validate=LONG), validate=validate.Length(max=50))
    current = _text()
    desired = _text()


class Stage(Schema):
    """A part of the journey with an owner of its own."""

    key = Slug(required=True)
    name = fields.String(validate=NAME)
    owner = Slug(allow_none=True)
    targets = fields.List(fields.Nested(Target), validate=validate.Length(max=6))
    touchpoints = fields.List(fields.Nested(Touchpoint), validate=validate.Length(max=100))


class Journey(Schema):
    """The whole map. What is left out stays left out."""

    name = fields.String(required=True, validate=NAME)
    owner = Slug(allow_none=True)
    personas = fields.List(fields.String(validate=NAME), validate=validate.Length(max=50))
    segments = fields.List(
        fields.String(validate=SEGMENT),
        validate=validate.Length(max=5, error="At most 5 segment keys."),
        metadata={"description": "the attributes by which scores are split"},
    )
    stages = fields.List(fields.Nested(Stage), validate=validate.Length(max=50))

    @validates_schema
    def _keys_once(self, data: dict[str, Any], **_: Any) -> None:
        if twice := named_twice(data.get("segments")):
            raise ValidationError({"segments": twice})
        errors = repeated(data.get("stages"), lambda stage: stage["key"], "key")
        for index, stage in enumerate(data.get("stages") or ()):
            inner = {
                "touchpoints": repeated(
                    stage.get("touchpoints"), lambda touchpoint: touchpoint["key"], "key"
                ),
                "targets": repeated(stage.get("targets"), _target, "metric"),
            }
            found = {name: messages for name, messages in inner.items() if messages}
            if found:
                errors[index] = errors.get(index, {}) | found
        if errors:
            raise ValidationError({"stages": errors})


def _target(target: Any) -> tuple[str, str]:
    return target["metric"], target.get("audience", "customer")
