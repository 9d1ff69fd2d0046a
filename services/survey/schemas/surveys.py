"""A survey as it is PUT."""

from __future__ import annotations

from typing import Any
from urllib.parse import SplitResult, urlsplit

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.survey.schemas.journeys import AUDIENCE, METRIC
from services.survey.schemas.plain import LANG, Number, Truth, named_twice, repeated, texts
from shared.events import SCALES
from shared.web.documents import Slug

STATUSES = ("draft", "live", "paused", "archived")
TEXTS = ("labels", "follow_up", "thanks")


def origin(value: str) -> None:
    """A web origin: scheme, host and port, nothing after it."""
    parts = _web_parts(value, "https://shop.example")
    rest = value[len(f"{parts.scheme}://{parts.netloc}") :]
    if rest:
        raise ValidationError(f"Drop the path ‘{rest}’.")
    if value != value.lower() or "@" in value:
        raise ValidationError("Write it as browsers send it: lower case, only scheme, host and port.")


def web_address(value: str) -> None:
    """An absolute http or https address."""
    _web_parts(value, "https://shop.example/privacy")


def _web_parts(value: str, example: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        known = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        known = False
    if not known or not value.isprintable() or " " in value:
        raise ValidationError(f"Not a web address such as {example}.")
    return parts


class Labels(Schema):
    """The words at the two ends of the scale."""

    low = fields.String(required=True, validate=validate.Length(1, 100))
    high = fields.String(required=True, validate=validate.Length(1, 100))


class Reason(Schema):
    """A ready-made reason a customer may tick."""

    key = Slug(required=True)
    label = texts(200)


class Fatigue(Schema):
    """How often one person is asked."""

    cooldown_days = fields.Integer(strict=True, validate=validate.Range(0, 3_650))
    sample_rate = Number(0, 1)


class FollowUps(Schema):
    """When a customer's answer becomes a case that somebody owns, whose it is, and by when it has to be resolved."""

    score_at_most = fields.Integer(
        strict=True,
        metadata={
            "description": "answers up to this score, whose giver left a contact, open one by themselves"
        },
    )
    assign_to = fields.List(
        Slug(),
        validate=validate.Length(max=50),
        metadata={"description": "owners who take turns; none: the stage's owner"},
    )
    due_hours = fields.Integer(
        strict=True, validate=validate.Range(1, 8_760), metadata={"description": "24 where left out"}
    )
    recovery_survey = Slug(
        allow_none=True, metadata={"description": "the survey mailed to a customer whose case was solved"}
    )
    ask_contact = texts(500)

    @validates_schema
    def _owners_once(self, data: dict[str, Any], **_: Any) -> None:
        if errors := named_twice(data.get("assign_to")):
            raise ValidationError({"assign_to": errors})


class Survey(Schema):
    """One question at one touchpoint. What is left out stays left out."""

    journey = Slug(required=True)
    stage = Slug(required=True)
    touchpoint = Slug(required=True)
    metric = fields.String(required=True, validate=METRIC)
    audience = fields.String(required=True, validate=AUDIENCE)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    question = texts(500, required=True)
    same_meaning = Truth(metadata={"description": "the new words ask the same: keep the revision"})
    labels = fields.Dict(keys=fields.String(validate=LANG), values=fields.Nested(Labels))
    follow_up = texts(500)
    reasons = fields.List(fields.Nested(Reason), validate=validate.Length(max=30))
    thanks = texts(1_000)
    privacy_url = fields.String(validate=[validate.Length(max=2_000), web_address], allow_none=True)
    origins = fields.List(
        fields.String(validate=[validate.Length(max=253), origin]), validate=validate.Length(max=50)
    )
    fatigue = fields.Nested(Fatigue)
    follow_ups = fields.Nested(FollowUps)

    @validates_schema
    def _reasons_once(self, data: dict[str, Any], **_: Any) -> None:
        errors = repeated(data.get("reasons"), lambda reason: reason["key"], "key")
        if errors:
            raise ValidationError({"reasons": errors})

    @validates_schema
    def _follow_ups(self, data: dict[str, Any], **_: Any) -> None:
        """Employees answer anonymously; and going live, who asks for a contact says so in each language."""
        said = data.get("follow_ups")
        if said is None:
            return
        if data["audience"] == "employee":
            text = (
                "Employees answer anonymously: they are not asked for a contact, and nobody follows them up."
            )
            raise ValidationError({"follow_ups": [text]})
        if errors := _follow_up_errors(data, said):
            raise ValidationError({"follow_ups": errors})

    @validates_schema
    def _languages(self, data: dict[str, Any], **_: Any) -> None:
        """Going live, the question has to be there in every language in which the rest is."""
        if data.get("status") != "live":
            return
        used = {lang for name in TEXTS for lang in data.get(name) or ()}
        used |= set((data.get("follow_ups") or {}).get("ask_contact") or ())
        used |= {lang for reason in data.get("reasons") or () for lang in reason.get("label") or ()}
        missing = sorted(used - data["question"].keys())
        if missing:
            raise ValidationError(
                {"question": {lang: ["Missing, though other texts have it."] for lang in missing}}
            )


def _follow_up_errors(data: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    low, high = SCALES[data["metric"]]
    errors: dict[str, Any] = {}
    most = said.get("score_at_most")
    if most is not None and not low <= most <= high:
        errors["score_at_most"] = [f"{most} is outside {low}-{high}."]
    asked = said.get("ask_contact") or {}
    if data["status"] == "live" and (asked or most is not None):
        missing = sorted(data["question"].keys() - asked.keys())
        if missing:
            words = "Missing: without these words no customer can agree to be contacted."
            errors["ask_contact"] = {lang: [words] for lang in missing}
    return errors
