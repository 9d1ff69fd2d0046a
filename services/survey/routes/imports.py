"""CSV imports: `/v1/imports`. An upload is stored and worked off by the process `survey-worker`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify, request, stream_with_context, url_for
from flask_smorest import Blueprint
from marshmallow import ValidationError

from services.survey.imports.mapping import check_surveys, surveys
from services.survey.imports.opening import Opened, open_file
from services.survey.imports.preview import SHOWN_ERRORS, preview
from services.survey.imports.problems import FileProblem, MappingProblem
from services.survey.imports.rejects import ROWS_A_BLOCK, rejects_csv
from services.survey.imports.rows import messages
from services.survey.routes.documents import answers
from services.survey.schemas import imports as schemas
from services.survey.store import imports as store
from services.survey.store.surveys import definitions
from shared.db import Connection
from shared.events import isoformat
from shared.web.app import database, parse_json, settings
from shared.web.auth import principal, require
from shared.web.documents import DryRun, Page, decode_cursor, page
from shared.web.problems import field_paths, invalid, not_found

blueprint = Blueprint(
    "imports", __name__, url_prefix="/v1/imports", description="Past answers from CSV files"
)
MEGABYTE = 1 << 20
MAPPING_BYTES = 100_000

_BODY = {"required": True, "content": {"multipart/form-data": {"schema": schemas.Upload}}}
_DRY = {"200": {"description": "Dry run: the first 20 rows as mapped, and the errors of the first 1 000"}}


@blueprint.route("", methods=["POST"])
@blueprint.doc(requestBody=_BODY, responses=answers(400, 401, 403, 413, 422) | _DRY)
@require("admin")
@blueprint.arguments(DryRun, location="query")
@blueprint.response(202, schemas.Import)
def upload(query: dict[str, Any]) -> Any:
    """Import a CSV file; with dry_run show what would become of its first rows."""
    request.max_content_length = settings().import_max_mb * MEGABYTE
    mapping = _mapping()
    file = request.files.get("file")
    if file is None:
        raise invalid({"file": ["Send the CSV file as the multipart field ‘file’."]})
    try:
        opened = open_file(file.stream, mapping)
        if query["dry_run"]:
            return jsonify(dry_run(opened, mapping))
        id = _store(opened, mapping, file.filename or "import.csv")
    except FileProblem as problem:
        raise invalid({"file": [str(problem)]}, "The file can't be imported") from problem
    except MappingProblem as problem:
        errors = {path: [text] for path, text in problem.errors.items()}
        raise invalid(errors, "The mapping doesn't fit") from problem
    return shown(id), 202, {"Location": url_for("imports.show", id=id)}


@blueprint.route("", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 422))
@require("admin")
@blueprint.arguments(Page, location="query")
@blueprint.response(200, schemas.ImportPage)
def index(query: dict[str, Any]) -> dict[str, Any]:
    """All imports, newest first."""
    with database() as conn:
        return index_page(conn, query)


def index_page(conn: Connection, query: dict[str, Any]) -> dict[str, Any]:
    """{items, next} of imports, newest first, from `limit` and `cursor`. Raises Problem 422 on the cursor."""
    after = decode_cursor(query["cursor"], 2)
    try:
        before = (datetime.fromisoformat(str(after[0])), UUID(str(after[1]))) if after else None
    except ValueError as error:
        raise invalid({"cursor": ["This is not a cursor of this list."]}) from error
    rows = store.page(conn, query["limit"] + 1, before)
    return page([progress(row) for row in rows], query["limit"], "created_at", "id")


@blueprint.route("/<uuid:id>", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 404))
@require("admin")
@blueprint.response(200, schemas.Import)
def show(id: UUID) -> dict[str, Any]:
    """How far an import has come, and its first 100 errors."""
    return shown(id)


@blueprint.route("/<uuid:id>/rejects.csv", methods=["GET"])
@blueprint.doc(responses=answers(401, 403, 404))
@require("admin")
@blueprint.response(200, content_type="text/csv")
def rejects(id: UUID) -> Response:
    """The refused rows with the reason, to mend and import again; kept for 30 days."""
    with database() as conn:
        found = store.find(conn, id)
    if found is None:
        raise not_found("import", str(id))
    rows = ((row["cells"], row["errors"]) for row in _rejects(id))
    headers = {"Content-Disposition": f'attachment; filename="rejects-{id}.csv"', "Cache-Control": "no-store"}
    text = stream_with_context(rejects_csv(found["header"], rows))
    return Response(text, 200, headers, content_type="text/csv; charset=utf-8")


def _mapping() -> dict[str, Any]:
    """The mapping from a form field, or from a file part as `curl -F mapping=@mapping.json` sends it."""
    part = request.files.get("mapping")
    text = part.stream.read(MAPPING_BYTES).decode(errors="replace") if part else request.form.get("mapping")
    if not text:
        raise invalid({"mapping": ["Send the mapping as JSON in the multipart field ‘mapping’."]})
    try:
        loaded: dict[str, Any] = schemas.Mapping().load(
            parse_json(text.encode("utf-8", "surrogatepass"), "mapping")
        )
    except ValidationError as error:
        raise invalid(field_paths(error.messages), "The mapping is not valid") from error
    return loaded


def dry_run(opened: Opened, mapping: dict[str, Any]) -> dict[str, Any]:
    """The first rows as they would be taken, and what is wrong. Raises MappingProblem for an unknown survey."""
    with database() as conn:
        known = definitions(conn, surveys(mapping).values(), lock=False)
    check_surveys(mapping, known)
    return preview(opened, known, datetime.now(UTC), settings().report_tz)


def _store(opened: Opened, mapping: dict[str, Any], file_name: str) -> UUID:
    with database() as conn:
        check_surveys(mapping, definitions(conn, surveys(mapping).values(), lock=False))
        id = store.create(conn, principal().name, file_name, mapping, opened.layout)
        store.add_chunks(conn, id, opened.blocks)
    return id


def shown(id: UUID) -> dict[str, Any]:
    """An import with its first errors. Raises Problem 404."""
    with database() as conn:
        found = store.find(conn, id)
        if found is None:
            raise not_found("import", str(id))
        first = store.rejects(conn, id, 0, SHOWN_ERRORS)
    errors = [text for row in first for text in messages(row["row"], row["line"], row["errors"])]
    return progress(found) | {"errors": errors[:SHOWN_ERRORS]}


def progress(row: dict[str, Any]) -> dict[str, Any]:
    """A stored import as it is shown, with `progress` from 0 to 1."""
    share = row["line_done"] / row["lines"] if row["lines"] else 0.0
    finished = row["finished_at"]
    return row | {
        "id": str(row["id"]),
        "created_at": isoformat(row["created_at"]),
        "finished_at": isoformat(finished) if finished else None,
        "progress": 1.0 if row["state"] == "done" else min(share, 1.0),
    }


def _rejects(id: UUID) -> Iterator[dict[str, Any]]:
    """A slice a connection, so that a slow download holds none."""
    after = 0
    while True:
        with database() as conn:
            rows = store.rejects(conn, id, after, ROWS_A_BLOCK)
        yield from rows
        if len(rows) < ROWS_A_BLOCK:
            return
        after = rows[-1]["row"]
