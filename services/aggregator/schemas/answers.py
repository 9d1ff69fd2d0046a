"""The shapes of the aggregator's answers, for the OpenAPI document. Views answer with JSON made from dictionaries."""

from __future__ import annotations

from marshmallow import INCLUDE, Schema, fields

from services.aggregator.schemas.inside import GreenInside, ScorecardMeasure

HISTOGRAM = "11 counts: index = the score 0…10 given"


class DaysAnswer(Schema):
    """Whole days in REPORT_TZ, both included."""

    from_ = fields.Date(data_key="from")
    to = fields.Date()


class Reading(Schema):
    """A score with what it rests on. score, low, high and mean are null where n is 0. Nothing is rounded."""

    score = fields.Float(allow_none=True)
    n = fields.Integer()
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    level = fields.Float()
    mean = fields.Float(allow_none=True)
    histogram = fields.List(fields.Integer(), metadata={"description": HISTOGRAM})
    formula = fields.String()
    small_sample = fields.Boolean()


class EmployeeReading(Reading):
    """Employees' scores have a period of their own, and neither mean nor histogram; without one, n is 0."""

    histogram = fields.List(fields.Integer(), allow_none=True, metadata={"description": HISTOGRAM})
    window = fields.Nested(DaysAnswer, allow_none=True)
    period = fields.String(allow_none=True, metadata={"description": "October 2026, Q3 2026 or 2026"})


class Scope(Schema):
    """Where a score belongs."""

    journey = fields.String()
    stage = fields.String()
    touchpoint = fields.String()
    survey = fields.String()
    segment = fields.Dict(keys=fields.String(), values=fields.String())


class ScoreItem(EmployeeReading):
    """One score."""

    scope = fields.Nested(Scope)
    metric = fields.String()
    audience = fields.String()


AS_OF = (
    "Every answer accepted before it is counted, but for stages with gaps; null where nothing proves a moment"
)


class Freshness(Schema):
    """newest_at: `recorded_at` of the newest response counted (null before the first); computed_at: the time of asking.

    late: older than 90 s, the consumer stands still, or events are missing at a stage asked for.
    """

    as_of = fields.DateTime(allow_none=True, metadata={"description": AS_OF})
    late = fields.Boolean()
    newest_at = fields.DateTime(allow_none=True)
    computed_at = fields.DateTime()


class Gap(Schema):
    """A stage that misses events since `since`: nothing after `after_sequence` is counted until they are sent again."""

    journey = fields.String()
    stage = fields.String()
    since = fields.DateTime()
    after_sequence = fields.Integer(allow_none=True, metadata={"description": "for admins only"})


class FreshnessAnswer(Schema):
    """As of when scores are, and where they are late, why."""

    as_of = fields.DateTime(allow_none=True, metadata={"description": AS_OF})
    behind_seconds = fields.Float(allow_none=True)
    late = fields.Boolean()
    why = fields.String(allow_none=True)
    gaps = fields.List(fields.Nested(Gap))
    survey_web_ready = fields.Boolean(allow_none=True)


class ScoresAnswer(Freshness):
    """Scores, grouped as asked."""

    items = fields.List(fields.Nested(ScoreItem))


class SeriesPoint(Reading):
    """One step of a series; of employees, one period that is told, without mean and histogram."""

    from_ = fields.Date(data_key="from")
    to = fields.Date()
    histogram = fields.List(fields.Integer(), allow_none=True, metadata={"description": HISTOGRAM})
    period = fields.String(metadata={"description": "of employees: October 2026, Q3 2026 or 2026"})


class SeriesItem(Schema):
    """The steps of one group, gapless: n is 0 where nobody answered. Of employees only what is told."""

    scope = fields.Nested(Scope)
    metric = fields.String()
    audience = fields.String()
    points = fields.List(fields.Nested(SeriesPoint))


class SeriesAnswer(Freshness):
    """Scores step by step."""

    step = fields.String()
    window = fields.Nested(DaysAnswer)
    items = fields.List(fields.Nested(SeriesItem))


class Movement(Schema):
    """A change in points with its interval; null where one of the two periods has no answers."""

    points = fields.Float(allow_none=True)
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    beyond_noise = fields.Boolean()


class ScorecardScore(EmployeeReading):
    """A score against its target and against the window before; employees' against the period told before it."""

    metric = fields.String()
    audience = fields.String()
    before = fields.Nested(EmployeeReading)
    change = fields.Nested(Movement)
    target = fields.Float(allow_none=True)
    meets_target = fields.Boolean(allow_none=True)


class ScorecardTouchpoint(Schema):
    """A touchpoint as on the map, with its live surveys and its scores."""

    class Meta:
        unknown = INCLUDE  # whatever else the map says of it

    touchpoint = fields.String()
    name = fields.String()
    moment_of_truth = fields.Boolean()
    surveys = fields.List(fields.String())
    scores = fields.List(fields.Nested(ScorecardScore))


class ScorecardStage(Schema):
    """A stage with its pooled scores."""

    stage = fields.String()
    name = fields.String()
    owner = fields.String(allow_none=True)
    scores = fields.List(fields.Nested(ScorecardScore))
    touchpoints = fields.List(fields.Nested(ScorecardTouchpoint))
    measures = fields.List(fields.Nested(ScorecardMeasure))


class BlindSpot(Schema):
    """A touchpoint without an answer in the window; `surveys` are the live ones that ask there."""

    stage = fields.String()
    touchpoint = fields.String()
    name = fields.String()
    moment_of_truth = fields.Boolean()
    surveys = fields.List(fields.String())


class GapSide(Schema):
    """What one of the two says."""

    score = fields.Float()
    low = fields.Float()
    high = fields.Float()
    n = fields.Integer()


class EmployeeGap(Schema):
    """Employees and customers of a stage clearly differ in one period: employees' score less customers', in points."""

    stage = fields.String()
    name = fields.String(allow_none=True)
    metric = fields.String()
    window = fields.Nested(DaysAnswer)
    period = fields.String()
    employees = fields.Nested(GapSide)
    customers = fields.Nested(GapSide)
    points = fields.Float()
    low = fields.Float()
    high = fields.Float()
    in_words = fields.String()


class ScorecardAnswer(Freshness):
    """The whole map of a journey with its scores."""

    journey = fields.String()
    name = fields.String()
    owner = fields.String(allow_none=True)
    revision = fields.Integer()
    retired = fields.Boolean()
    segments = fields.List(fields.String())
    window = fields.Nested(DaysAnswer)
    window_before = fields.Nested(DaysAnswer)
    scores = fields.List(fields.Nested(ScorecardScore))
    stages = fields.List(fields.Nested(ScorecardStage))
    blind_spots = fields.List(fields.Nested(BlindSpot))
    not_on_map = fields.List(fields.Dict())
    green_inside_red_outside = fields.List(fields.Nested(GreenInside))
    employee_gaps = fields.List(fields.Nested(EmployeeGap))
