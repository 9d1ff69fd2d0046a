"""`/v1/measures`: internal measures of stages, and a value a day of each."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from services.aggregator import answers, measure_saving, measure_values, periods
from services.aggregator.measure_values import Given
from services.aggregator.schemas.measures import (
    Measure,
    MeasureQuery,
    Value,
    ValuesAnswer,
    ValuesQuery,
    ValuesSaved,
)
from services.aggregator.schemas.questions import period_of
from services.aggregator.store import measures
from services.aggregator.store.measures import Place
from shared.web.app import database, json_body, settings
from shared.web.auth import principal, require
from shared.web.documents import (
    DryRun,
    changes,
    check_if_match,
    check_slug,
    decode_cursor,
    etag,
    not_modified,
    page,
)
from shared.web.problems import Problem, invalid, not_found

CSV = "text/csv"
LARGEST_BODY = 512 * 1024

blueprint = Blueprint("measures", __name__, description="Internal measures of stages")
_VALUES = {
    "required": True,
    "content": {
        "application/json": {"schema": {"type": "array", "maxItems": measure_values.MOST, "items": Value}},
        CSV: {"schema": {"type": "string", "description": "day,value a line"}},
    },
}


@blueprint.url_value_preprocessor
def allow_large(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Years of values at once. Runs before anything reads the body."""
    if request.method == "POST":
        request.max_content_length = LARGEST_BODY


@blueprint.route("/v1/measures/<journey>/<stage>/<measure>", methods=["PUT"])
@require("lead")
@blueprint.arguments(Measure)
@blueprint.arguments(DryRun, location="query")
@blueprint.alt_response(201, schema=Measure, description="Made")
@blueprint.response(200, Measure)
def put(document: dict[str, Any], query: dict[str, Any], journey: str, stage: str, measure: str) -> Response:
    """Make the measure, change it, or revive it with the values it had.

    With `?dry_run=true`: 200 {changes[{path, before, after}], warnings[]}; nothing is written.
    """
    place = (journey, stage, measure)
    with database() as conn:
        if query["dry_run"]:
            found = measure_saving.judged(conn, place, document, check_if_match)
            warnings = measure_saving.warnings(conn, place, document)
        else:
            found = measure_saving.save(conn, place, document, check_if_match, principal().name)
    if query["dry_run"]:
        return jsonify({"changes": changes(found.before or {}, document), "warnings": warnings})
    return _json(document, 200 if found.before else 201)


@blueprint.route("/v1/measures/<journey>/<stage>/<measure>", methods=["GET"])
@require("viewer")
@blueprint.response(200, Measure)
def get(journey: str, stage: str, measure: str) -> Response:
    """The measure as it was PUT."""
    with database() as conn:
        document = measures.get(conn, (journey, stage, measure))
    if document is None:
        raise not_found("measure", f"{journey}/{stage}/{measure}")
    if not_modified(etag(document)):
        return Response(status=304, headers={"ETag": etag(document)})
    return _json(document, 200)


@blueprint.route("/v1/measures/<journey>/<stage>/<measure>", methods=["DELETE"])
@require("lead")
@blueprint.response(204)
def delete(journey: str, stage: str, measure: str) -> None:
    """Archive the measure; its values are kept."""
    with database() as conn:
        measure_saving.archive(conn, (journey, stage, measure), check_if_match)


@blueprint.route("/v1/measures", methods=["GET"])
@require("viewer")
@blueprint.arguments(MeasureQuery, location="query")
@blueprint.response(200)
def list_measures(query: dict[str, Any]) -> dict[str, Any]:
    """Measures in order of their places: each its document, with `journey`, `stage` and `measure`."""
    after = decode_cursor(query["cursor"], 3) or ("", "", "")
    for key in filter(None, after):
        check_slug("cursor", str(key))
    with database() as conn:
        rows = measures.page(
            conn, query["journey"], query["stage"], query["limit"], [str(key) for key in after]
        )
    items = [{name: row[name] for name in ("journey", "stage", "measure")} | row["document"] for row in rows]
    return page(items, query["limit"], "journey", "stage", "measure")


@blueprint.route("/v1/measures/<journey>/<stage>/<measure>/values", methods=["GET"])
@require("viewer")
@blueprint.arguments(ValuesQuery, location="query", unknown=None)
@blueprint.response(200, ValuesAnswer)
def get_values(query: dict[str, Any], journey: str, stage: str, measure: str) -> Response:
    """The values of the days asked for, the first day first; days without a value are left out."""
    period, place = period_of(query, periods.today(settings().report_tz)), (journey, stage, measure)
    with database() as conn:
        if measures.get(conn, place) is None:
            raise not_found("measure", "/".join(place))
        found = measures.values(conn, place, period)
    items = [{"day": day, "value": value} for day, value in found.items()]
    return jsonify({"window": answers.window(period), "items": items})


@blueprint.route("/v1/measures/<journey>/<stage>/<measure>/values", methods=["POST"])
@blueprint.doc(requestBody=_VALUES)
@require("lead")
@blueprint.arguments(DryRun, location="query")
@blueprint.response(200, ValuesSaved)
def post_values(query: dict[str, Any], journey: str, stage: str, measure: str) -> dict[str, Any]:
    """Put a value at each day, [{day, value}] or `day,value` lines as text/csv; sent again it changes nothing.

    All of them or, where one is wrong, none. null (an empty cell) takes the day's value out. With `?dry_run=true`
    nothing is written.
    """
    place: Place = (journey, stage, measure)
    given = _given()
    with database() as conn:
        found = measure_saving.save_values(conn, place, given, dry_run=query["dry_run"])
    return asdict(found) | {"written": not query["dry_run"]}


def _given() -> Given:
    today = periods.today(settings().report_tz)
    try:
        if request.mimetype != CSV:
            return measure_values.of_json(json_body(), today)
        return measure_values.of_csv(text_of(request.get_data()), today)
    except measure_values.Wrong as wrong:
        raise invalid(wrong.errors) from wrong


def text_of(raw: bytes) -> str:
    """The text of a CSV. Raises Problem 400."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem(400, "Not UTF-8", "Save the CSV as UTF-8.") from error
    if "\x00" in text:
        raise Problem(400, "NUL in a text", "The CSV holds the character NUL.")
    return text


def _json(document: dict[str, Any], status: int) -> Response:
    response = jsonify(document)
    response.status_code = status
    response.headers["ETag"] = etag(document)
    return response
