"""`/v1/surveys/{survey}/impressions`: what became of displays in pages, counted by the widget, read by viewers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, current_app
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.survey import asking, rate_limit, submission, tallies
from services.survey.cors import add_headers, check_origin
from services.survey.employees import EMPLOYEE
from services.survey.response_rate import response_rate
from services.survey.routes.documents import answers
from services.survey.store import impressions
from services.survey.store.contacts import Event
from shared.events import isoformat
from shared.web.app import database, json_body, settings
from shared.web.auth import public, require
from shared.web.problems import invalid

counting = Blueprint("counting", __name__, description="The public door: forms and answers")
counting.after_request(add_headers)
rate_limit.limit(counting)
blueprint = Blueprint("impressions", __name__, description="Displays, response rate, blocked origins")

# What the widget says, and as what it counts; `answered` is counted with the answer itself.
STEPS: dict[str, impressions.Step] = {
    "shown": "shown",
    "started": "started",
    "dismissed": "dismissed",
    "never": "dismissed",
}
DAYS = 28


_TEXT = {"description": "a text; anything else is nobody's"}


class Impression(Schema):
    """A step of one display."""

    step = fields.String(required=True, validate=validate.OneOf(STEPS))
    respondent = fields.Raw(metadata=_TEXT)
    sig = fields.Raw(metadata=_TEXT)


class Period(Schema):
    """Days in REPORT_TZ, both included; without them the last 28."""

    from_ = fields.Date(load_default=None, data_key="from")
    to = fields.Date(load_default=None)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data["from_"] and data["to"] and data["from_"] > data["to"]:
            raise ValidationError({"to": ["Is before from."]})


_BODY = {"required": True, "content": {"application/json": {"schema": Impression}}}


@counting.route("/v1/surveys/<survey>/impressions", methods=["POST"])
@counting.doc(
    requestBody=_BODY,
    responses=answers(400, 404, 413, 422, 429, _403="The page's origin is not on the survey's list")
    | {"204": {"description": "Counted"}},
)
@public
def post_impression(survey: str) -> Response:
    """Count a step of a display. `dismissed` and `never` are also kept for a respondent whose `sig` is right."""
    definition = submission.recent(survey, check_origin)
    body = json_body()
    step = body.get("step") if isinstance(body, dict) else None
    if not isinstance(step, str) or step not in STEPS:
        raise invalid({"step": [f"One of {', '.join(STEPS)}."]})
    if step == "shown" or definition.audience != EMPLOYEE:  # how far employees came tells when one answered
        tallies.tallies().count(survey, STEPS[step])
    if step in ("dismissed", "never"):
        visitor = asking.Visitor(_text(body.get("respondent")), _text(body.get("sig")))
        with database() as conn:
            event: Event = "never_at" if step == "never" else "dismissed_at"
            asking.note(conn, settings(), submission.current(conn, survey), visitor, event)
    return Response(status=204)


@blueprint.route("/v1/surveys/<survey>/impressions", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 404, 422))
@require("viewer")
@blueprint.arguments(Period, location="query")
@blueprint.response(200)
def get_impressions(query: dict[str, Any], survey: str) -> dict[str, Any]:
    """Displays a day: shown, started, answered, dismissed, their response rate, and origins that were blocked. Of
    employees only `shown`.

    Other web processes write what they counted every 5 seconds.
    """
    last = query["to"] or datetime.now(settings().report_tz).date()
    first = query["from_"] or max(date.min + timedelta(days=DAYS), last) - timedelta(days=DAYS - 1)
    tallies.flush(current_app._get_current_object())  # type: ignore[attr-defined]
    with database() as conn:
        submission.current(conn, survey)
        rows = impressions.days(conn, [survey], first, last)
        total = impressions.total(conn, [survey], first, last)
        blocked = impressions.blocked(conn, survey, first, last)
    return {
        "survey": survey,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "days": [_with_rate(row | {"day": row["day"].isoformat()}) for row in rows],
        "total": _with_rate(total),
        "blocked": [_refusal(row) for row in blocked],
    }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _with_rate(counts: dict[str, Any]) -> dict[str, Any]:
    return counts | {"response_rate": response_rate(counts)}


def _refusal(row: dict[str, Any]) -> dict[str, Any]:
    displays = "1 display" if row["displays"] == 1 else f"{row['displays']:,} displays"
    text = f"Blocked {displays} from {row['origin']}. Add it to origins?"
    return row | {"last_at": isoformat(row["last_at"]), "text": text}
