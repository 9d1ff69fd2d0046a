"""Answers as they come in and go out: for the documentation. The rules of an answer are in `answers.py`."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.survey.answer_fields import MAX_COMMENT, MAX_TEXT
from services.survey.answers import MAX_SIG
from services.survey.schemas.journeys import AUDIENCE, METRIC
from shared.web.documents import Page


class Contact(Schema):
    """Where a customer agreed to be reached; it is kept apart, for those who work their case."""

    email = fields.String(required=True)
    name = fields.String(allow_none=True)
    lang = fields.String(allow_none=True, metadata={"description": "in which the consent was asked"})
    consent = fields.Boolean(required=True, metadata={"description": "true: the customer agreed"})


CONTACT = {"description": "only to a survey that asks for one (`follow_ups.ask_contact`)"}
CHANGE = {
    "description": "numbers the sender's changes upwards, as its clock does; one that came after a greater number was "
    "overtaken on its way: 200, and nothing changes"
}
SCORE = {"description": "csat 1-5, nps 0-10, ces 1-7", "minimum": 0, "maximum": 10, "example": 4}
ATTRIBUTES = {
    "description": "at most 20 keys; each value text, a number, true or false",
    "maxProperties": 20,
    "additionalProperties": {"type": ["string", "number", "boolean"]},
}
CONTACT_URL = {
    "description": "a page that asks the customer for a contact; only after a score that wants one"
}


class Answer(Schema):
    """One answer of a customer."""

    id = fields.UUID(
        required=True,
        metadata={
            "description": "made by the client; sending it again is harmless",
            "example": "5f0c1d9e-3c0b-4f0e-9a53-0a8f7f6b1c2d",
        },
    )
    score = fields.Integer(required=True, strict=True, metadata=SCORE)
    comment = fields.String(validate=validate.Length(max=MAX_COMMENT), allow_none=True)
    reasons = fields.List(
        fields.String(), metadata={"description": "keys of the survey's reasons"}, allow_none=True
    )
    respondent = fields.String(
        validate=validate.Length(max=MAX_TEXT),
        allow_none=True,
        metadata={"description": "who answers; stored only as a pseudonym"},
    )
    sig = fields.String(validate=validate.Length(max=MAX_SIG), allow_none=True)
    attributes = fields.Dict(allow_none=True, metadata=ATTRIBUTES)
    lang = fields.String(allow_none=True)
    channel = fields.String(allow_none=True)
    answered_at = fields.String(
        allow_none=True,
        metadata={"format": "date-time", "description": "with a time zone; at most 7 days ago"},
    )
    contact = fields.Nested(Contact, allow_none=True, metadata=CONTACT)


class BatchItem(Answer):
    """One answer in a batch."""

    survey = fields.String(required=True)


class Receipt(Schema):
    """What the sender of an answer gets: the token allows changing it for 24 hours."""

    id = fields.UUID()
    survey = fields.String()
    edit_token = fields.String()
    contact_url = fields.String(allow_none=True, metadata=CONTACT_URL)


class Amendment(Schema):
    """What may change about an answer. The edit token comes here or in the header Edit-Token."""

    score = fields.Integer(strict=True, metadata=SCORE)
    comment = fields.String(allow_none=True)
    reasons = fields.List(fields.String(), allow_none=True)
    contact = fields.Nested(Contact, allow_none=True, metadata=CONTACT)
    change = fields.Integer(strict=True, validate=validate.Range(0, 2**53 - 1), metadata=CHANGE)
    edit_token = fields.String()


class Amended(Schema):
    """The answer as it is now."""

    id = fields.UUID()
    survey = fields.String()
    score = fields.Integer()
    comment = fields.String(allow_none=True)
    reasons = fields.List(fields.String())
    contact_url = fields.String(allow_none=True, metadata=CONTACT_URL)


class RejectedItem(Schema):
    """An item of a batch that was not taken, and why."""

    index = fields.Integer()
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class BatchResult(Schema):
    """What became of a batch."""

    accepted = fields.Integer()
    duplicates = fields.Integer()
    rejected = fields.List(fields.Nested(RejectedItem))


class FormQuery(Schema):
    """The query of a form."""

    lang = fields.String(load_default=None)
    respondent = fields.String(load_default=None)
    sig = fields.String(load_default=None)
    explain = fields.String(load_default=None)
    asked = fields.Integer(
        load_default=None,
        validate=validate.Range(-(2**53), 2**53),
        metadata={
            "description": "when this browser last showed the survey, in seconds since 1970; negative where it was "
            "closed unanswered"
        },
    )
    draw = fields.Integer(
        load_default=None,
        validate=validate.Range(0, 9_999),
        metadata={"description": "what this browser drew once, for sampling a visitor nobody knows"},
    )


class ResponseList(Page):
    """Filters of the list of answers. `from` and `to` are days (both included, in REPORT_TZ) or times with a zone."""

    journey = fields.String(load_default=None)
    stage = fields.String(load_default=None)
    touchpoint = fields.String(load_default=None)
    survey = fields.String(load_default=None)
    metric = fields.String(load_default=None, validate=METRIC)
    audience = fields.String(load_default=None, validate=AUDIENCE)
    score = fields.String(load_default=None, metadata={"description": "one (7) or some (0-6)"})
    reason = fields.String(load_default=None)
    q = fields.String(
        load_default=None,
        validate=validate.Length(max=200),
        metadata={"description": "words as they stand in the comment, whatever their case"},
    )
    with_comment = fields.Boolean(load_default=False, metadata={"description": "only answers with a comment"})
    from_ = fields.String(load_default=None, data_key="from")
    to = fields.String(load_default=None)
