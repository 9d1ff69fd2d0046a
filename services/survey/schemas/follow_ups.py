"""Follow-ups over HTTP: the case, what may change about it, and the filters of the list."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from services.survey.answer_fields import MAX_COMMENT, unstorable
from services.survey.follow_ups.rules import OUTCOMES, STATES
from services.survey.schemas.journeys import METRIC
from shared.web.documents import Page, Slug

MOST_OWNERS = 50


class Strict(Schema):
    """Names nothing it does not know."""

    class Meta:
        unknown = RAISE


class Opening(Strict):
    """Which answer to follow up."""

    answer_id = fields.UUID(required=True, metadata={"description": "from GET /v1/responses"})


class Taking(Strict):
    """As whom to take a case."""

    owner = Slug(
        load_default=None,
        allow_none=True,
        metadata={"description": "one of your owners; left out: the case's, or your first"},
    )


class Change(Strict):
    """What may change about a case; what is left out stays."""

    owner = Slug(allow_none=True, metadata={"description": "hands it over; null: nobody's again"})
    state = fields.String(validate=validate.OneOf(STATES))
    outcome = fields.String(validate=validate.OneOf(OUTCOMES), metadata={"description": "how it ended"})
    cause = fields.String(
        allow_none=True,
        validate=validate.Length(max=63),
        metadata={
            "description": "a reason of the survey, or price, quality, delay, staff, information, technical, other"
        },
    )
    note = fields.String(
        allow_none=True,
        validate=validate.Length(max=MAX_COMMENT),
        metadata={"description": "kept with the case and its history; gone with the person's erasure"},
    )

    @validates_schema
    def _something(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Say what to change: owner, state, outcome, cause or note.")
        if unstorable(data.get("note") or ""):
            raise ValidationError({"note": ["Holds a NUL character or half a surrogate pair."]})


class Case(Schema):
    """One customer's case, without anything personal."""

    id = fields.UUID()
    revision = fields.Integer()
    journey = fields.String()
    stage = fields.String()
    touchpoint = fields.String()
    survey = fields.String()
    metric = fields.String(validate=METRIC)
    audience = fields.String()
    score = fields.Integer()
    state = fields.String(validate=validate.OneOf(STATES))
    owner = fields.String(allow_none=True)
    taken_by = fields.String(allow_none=True, metadata={"description": "the name of who works it"})
    taken_at = fields.String(allow_none=True, metadata={"format": "date-time"})
    opened_at = fields.String(metadata={"format": "date-time"})
    opened_by = fields.String(metadata={"description": "`rule`, or the name of who did"})
    due_at = fields.String(metadata={"format": "date-time"})
    contacted_at = fields.String(allow_none=True, metadata={"format": "date-time"})
    resolved_at = fields.String(allow_none=True, metadata={"format": "date-time"})
    outcome = fields.String(allow_none=True)
    cause = fields.String(allow_none=True)
    overdue = fields.Boolean()


class WholeCase(Case):
    """One case with its history; for leads also with the answer, the note and where the customer may be reached."""

    causes = fields.List(fields.String(), metadata={"description": "what it may be closed with"})
    history = fields.List(fields.Dict(), metadata={"description": "{number, at, by, kind, detail}"})
    note = fields.String(allow_none=True)
    answer = fields.Dict(allow_none=True, metadata={"description": "null after an erasure"})
    contact = fields.Dict(
        allow_none=True,
        metadata={"description": "{email, name, consented_to, consented_at}; null: none left"},
    )


class CaseList(Page):
    """Filters of the list."""

    state = fields.String(
        load_default=None,
        validate=validate.OneOf((*STATES, "unresolved")),
        metadata={"description": "unresolved: open and contacted"},
    )
    owner = fields.String(
        load_default=None,
        validate=validate.Length(max=64 * MOST_OWNERS),
        metadata={
            "description": "an owner's key, or some with commas between them; `nobody`: those nobody owns"
        },
    )
    journey = fields.String(load_default=None)
    stage = fields.String(load_default=None)
    overdue = fields.Boolean(load_default=None, metadata={"description": "past its time and not resolved"})
