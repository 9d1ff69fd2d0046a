"""A person and what is kept of them, over HTTP."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, post_load, validate

from services.survey.answer_fields import MAX_TEXT


class Respondent(Schema):
    """A person, as the embedding system names them. In the body, because addresses end up in logs."""

    class Meta:
        unknown = RAISE

    respondent = fields.String(
        required=True,
        validate=[
            validate.Length(max=MAX_TEXT),
            validate.Regexp(r"\s*\S", error="Say who: the name that the embedding system uses."),
        ],
    )

    @post_load
    def _stripped(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"respondent": data["respondent"].strip()}


class Look(Respondent):
    """Whose journey somebody wants to see, and why: it is kept with who looked."""

    why = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=MAX_TEXT),
        metadata={"description": "kept for admins to read; without the customer's name"},
    )

    @post_load
    def _reason(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"why": (data["why"] or "").strip() or None}


class PersonJourney(Schema):
    """One customer's answers, stage by stage; only journeys that the caller may see."""

    respondent = fields.String()
    looked_at = fields.String(metadata={"format": "date-time"})
    journeys = fields.List(
        fields.Dict(),
        metadata={"description": "{journey, name, stages[{stage, name, answers[], follow_ups[]}]}"},
    )
    erased_at = fields.List(fields.String(metadata={"format": "date-time"}))


class ErasureReceipt(Schema):
    """What became of a person: answers are nobody's now and stay counted; the rest is deleted."""

    id = fields.UUID()
    erased_at = fields.String(metadata={"format": "date-time"})
    answers = fields.Integer()
    comments = fields.Integer()
    contacts = fields.Integer()
    rejected_rows = fields.Integer()
    contact_details = fields.Integer()
    follow_ups = fields.Integer(metadata={"description": "closed; what was personal in them is deleted"})
    waiting_imports = fields.Integer(
        metadata={"description": "files still being worked off that seem to name them; stored as nobody's"}
    )


class PersonExport(Schema):
    """Everything that is kept of one person."""

    respondent = fields.String()
    exported_at = fields.String(metadata={"format": "date-time"})
    answers = fields.List(fields.Dict())
    contacts = fields.List(fields.Dict())
    contact_details = fields.List(fields.Dict(), metadata={"description": "addresses left with answers"})
    follow_ups = fields.List(fields.Dict())
    rejected_rows = fields.List(fields.Dict())
    waiting_imports = fields.List(fields.Dict())
    erased_at = fields.List(fields.String(metadata={"format": "date-time"}))
