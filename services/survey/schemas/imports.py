"""The mapping of a CSV import, and an import as it is shown."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate, validates_schema

from services.survey.schemas.plain import SEGMENT
from shared.web.documents import Slug

COLUMN = validate.Length(1, 200)
_CSV = "score;when\n9;2026-03-01T12:00:00Z\n"
_MAPPING = '{"survey": "delivery-nps", "columns": {"score": "score", "answered_at": "when"}}'


def _column(**kwargs: Any) -> fields.String:
    return fields.String(validate=COLUMN, **kwargs)


class SurveyBy(Schema):
    """Which survey a row answers, told by one of its cells."""

    column = _column(required=True)
    values = fields.Dict(
        keys=fields.String(),
        values=Slug(),
        required=True,
        validate=validate.Length(1, 500),
        metadata={"description": "{cell: survey}"},
    )


class Columns(Schema):
    """The name of the column that holds each fact."""

    score = _column(required=True)
    id = _column(allow_none=True)
    comment = _column(allow_none=True)
    answered_at = _column(allow_none=True)
    respondent = _column(allow_none=True)
    reasons = _column(allow_none=True, metadata={"description": "reason keys, separated by ; or |"})
    attributes = fields.Dict(
        keys=fields.String(validate=SEGMENT),
        values=_column(),
        allow_none=True,
        validate=validate.Length(max=20),
        metadata={"description": "{attribute: column}"},
    )


class Mapping(Schema):
    """What the columns of a CSV file mean."""

    survey = Slug(metadata={"description": "the survey all rows answer; or survey_by"})
    survey_by = fields.Nested(SurveyBy)
    columns = fields.Nested(Columns, required=True)
    date_format = fields.String(
        allow_none=True,
        validate=validate.Length(1, 100),
        metadata={"description": "a strptime format, unix or unix_ms; ISO 8601 where it is not given"},
    )
    timezone = fields.String(
        allow_none=True,
        validate=validate.Length(1, 100),
        metadata={"description": "the IANA time zone of times without an offset"},
    )
    encoding = fields.String(
        allow_none=True,
        validate=validate.Length(1, 40),
        metadata={"description": "utf-8 where it is not given, or utf-16 where the file says so"},
    )

    @validates_schema
    def _one_of(self, data: dict[str, Any], **_: Any) -> None:
        if ("survey" in data) == ("survey_by" in data):
            raise ValidationError({"survey": ["Name either survey or survey_by."]})


class Upload(Schema):
    """The multipart form of an import."""

    class Meta:
        unknown = INCLUDE

    file = fields.Raw(
        required=True, metadata={"type": "string", "format": "binary", "description": "CSV", "example": _CSV}
    )
    mapping = fields.String(required=True, metadata={"description": "JSON, see Mapping", "example": _MAPPING})


class RowError(Schema):
    """What is wrong with one cell. Rows are counted below the header from 1; `line` is the line of the file."""

    row = fields.Integer()
    line = fields.Integer()
    field = fields.String(
        allow_none=True, metadata={"description": "the column; null for the row as a whole"}
    )
    message = fields.String()


class Import(Schema):
    """An import and how far it has come."""

    id = fields.UUID()
    created_at = fields.String()
    finished_at = fields.String(allow_none=True)
    file_name = fields.String()
    state = fields.String(validate=validate.OneOf(("queued", "running", "done", "failed")))
    message = fields.String(allow_none=True, metadata={"description": "why it failed"})
    progress = fields.Float(metadata={"description": "share of the file worked off, 0 to 1"})
    rows = fields.Integer(metadata={"description": "rows worked off: accepted + duplicates + rejected"})
    accepted = fields.Integer()
    duplicates = fields.Integer()
    rejected = fields.Integer()
    errors = fields.List(fields.Nested(RowError), metadata={"description": "the first 100; not in lists"})


class ImportPage(Schema):
    """A page of imports, newest first."""

    items = fields.List(fields.Nested(Import))
    next = fields.String(allow_none=True)
