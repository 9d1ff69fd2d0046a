"""The shape of a change's answer, for the OpenAPI document."""

from __future__ import annotations

from marshmallow import Schema, fields

from services.aggregator.schemas.answers import DaysAnswer, Freshness, Reading, Scope


class Part(Schema):
    """What one group adds to the change: points = changed + mix. low, high and beyond_noise are about `changed`."""

    points = fields.Float()
    changed = fields.Float()
    mix = fields.Float()
    low = fields.Float()
    high = fields.Float()
    beyond_noise = fields.Boolean()
    before = fields.Nested(Reading)
    since = fields.Nested(Reading)


class Mostly(Schema):
    """The segment value that carries the change of a touchpoint."""

    segment = fields.String()
    value = fields.String()


class TouchpointPart(Part):
    """The contribution of a touchpoint."""

    stage = fields.String()
    touchpoint = fields.String()
    name = fields.String()
    moment_of_truth = fields.Boolean()
    mostly = fields.Nested(Mostly, allow_none=True)


class SegmentPart(Part):
    """The contribution of a segment value; null for answers that carry no value of the key."""

    segment = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True))


class Changed(Schema):
    """All of a change that is no mix, together."""

    points = fields.Float()
    low = fields.Float()
    high = fields.Float()
    beyond_noise = fields.Boolean()


class Verdict(Schema):
    """The one thing a change comes from: a touchpoint, a segment value at all touchpoints, or only the mix (then with
    the group that grew, a touchpoint or a segment value, and its shares of all answers)."""

    kind = fields.String()
    stage = fields.String()
    touchpoint = fields.String()
    name = fields.String()
    moment_of_truth = fields.Boolean()
    segment = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True))
    share_before = fields.Float()
    share = fields.Float()


class Reason(Schema):
    """How many answers named a reason, and which share of all answers of the period that is."""

    reason = fields.String()
    label = fields.String()
    before = fields.Integer()
    since = fields.Integer()
    share_before = fields.Float(allow_none=True)
    share = fields.Float(allow_none=True)


class PeriodReading(Reading):
    """The score of one of the two periods."""

    window = fields.Nested(DaysAnswer)


class ChangesAnswer(Freshness):
    """A change and where it comes from. The points of by_touchpoint add up to `change`; so do those of each key's
    values in by_segment. beyond_noise allows for all the parts looked at. mix_within: the segment key between whose
    values the mix moved within touchpoints. verdict: null where several things make the change. `through` says which
    sequence of each key is counted."""

    scope = fields.Nested(Scope)
    metric = fields.String()
    audience = fields.String()
    unit = fields.String()
    before = fields.Nested(PeriodReading)
    since = fields.Nested(PeriodReading)
    change = fields.Float(allow_none=True)
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    beyond_noise = fields.Boolean()
    changed = fields.Nested(Changed, allow_none=True)
    mix = fields.Float(allow_none=True)
    mix_within = fields.String(allow_none=True)
    verdict = fields.Nested(Verdict, allow_none=True)
    by_touchpoint = fields.List(fields.Nested(TouchpointPart))
    by_segment = fields.List(fields.Nested(SegmentPart))
    mix_by_segment = fields.Dict(keys=fields.String(), values=fields.Float())
    reasons = fields.List(fields.Nested(Reason))
    through = fields.Dict(keys=fields.String(), values=fields.Integer())
