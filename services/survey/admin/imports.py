"""`/imports`: past answers from CSV files, by form: upload, what the columns mean, dry run, progress."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from services.survey.admin import import_form, import_upload, survey_new
from services.survey.admin.pages import blueprint
from services.survey.imports.mapping import check_surveys
from services.survey.imports.mapping import surveys as named_surveys
from services.survey.imports.problems import FileProblem, MappingProblem
from services.survey.imports.reading import Record
from services.survey.routes.imports import MEGABYTE, dry_run, index_page, shown
from services.survey.schemas.imports import Mapping
from services.survey.store import import_drafts, surveys
from shared.reserved import CHECK
from shared.web.app import database, settings
from shared.web.auth import page, principal
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to, render
from shared.web.problems import field_paths, not_found

SHOWN, SAMPLE = 20, 3
ENCODINGS = ("", "windows-1252", "iso-8859-1", "iso-8859-15", "utf-16", "shift_jis", "gb18030")
STATES = {
    "queued": ("◌", "Waiting", "plain"),
    "running": ("◐", "Running", "plain"),
    "done": ("●", "Done", "ok"),
    "failed": ("▼", "Failed", "worse"),
}


@blueprint.get("/imports")
@page("admin")
def list_imports() -> Response:
    """All imports, newest first, and the upload of one more."""
    return _list(Form.blank(encoding=""))


@blueprint.post("/imports")
@page("admin", largest=lambda: settings().import_max_mb * MEGABYTE)
def upload_import() -> AnyResponse:
    """Keep the file; nothing of it counts before its columns are named."""
    form, file = Form.sent(), request.files.get("file")
    form.values["file"] = ""
    if file is None or not file.filename:
        return _list(form.failed({"file": ["Choose a CSV file."]}))
    try:
        name = file.filename[-200:]
        id = import_upload.store(file.stream, form.value("encoding") or None, name, principal().name)
    except FileProblem as problem:
        said = str(problem).replace(" in the mapping", "")
        return _list(form.failed({"file": [_sentence(said)]}))
    except ValueError as problem:
        return _list(form.failed({"encoding": [_sentence(str(problem))]}))
    return redirect_to(f"/imports/{id}")


@blueprint.get("/imports/<uuid:id>")
@page("admin")
def show_import(id: UUID) -> Response:
    """What its columns mean, before it runs; then how far it has come."""
    with database() as conn:
        draft = import_drafts.find(conn, id)
    if draft is None:
        return render("admin/import.html", nav="setup", item=shown(id), states=STATES)
    first = import_upload.first_rows(draft)
    known, segments = _known()
    values = import_form.proposed(draft["header"], first, known, segments, settings().report_tz.key)
    return _mapping(draft, first, Form.blank(**values))


@blueprint.post("/imports/<uuid:id>")
@page("admin")
def map_import(id: UUID) -> AnyResponse:
    """Show the values of a column, try the first rows, or import the file."""
    draft, form = import_upload.find(id), Form.sent()
    act = form.value("act", "try")
    if act == "discard":
        with database() as conn:
            import_drafts.discard(conn, id)
        return redirect_to("/imports", f"{draft['file_name']} was discarded.")
    first = import_upload.first_rows(draft)
    if form.value("mode") == "by":
        known, _ = _known()
        form.values = import_form.with_values(form.values, draft["header"], first, known)
    if act == "look":
        return _mapping(draft, first, form)
    try:
        mapping: dict[str, Any] = Mapping().load(import_form.mapping(form.values))
        with import_upload.opened(id, mapping) as opened:
            if act == "try":
                return _mapping(draft, first, form, dry_run(opened, mapping))
            _check(mapping)
            layout = opened.layout
    except ValidationError as error:
        return _mapping(
            draft, first, _failed(form, import_form.missing(form.values) | field_paths(error.messages))
        )
    except MappingProblem as problem:
        errors = {path: [_sentence(text)] for path, text in problem.errors.items()}
        return _mapping(draft, first, _failed(form, errors))
    except FileProblem as problem:
        return _mapping(draft, first, form.failed({"": [_sentence(str(problem))]}))
    if not import_upload.start(id, mapping, layout):
        raise not_found("import", str(id))
    return redirect_to(f"/imports/{id}", "The import has begun. You can leave this page.")


def _check(mapping: dict[str, Any]) -> None:
    with database() as conn:
        check_surveys(mapping, surveys.definitions(conn, named_surveys(mapping).values(), lock=False))


def _failed(form: Form, errors: dict[str, Any]) -> Form:
    told = {path: [import_form.said(path, text) for text in texts] for path, texts in errors.items()}
    return form.failed(told, import_form.renames(form.values))


def _list(form: Form) -> Response:
    with database() as conn:
        items = index_page(conn, {"limit": SHOWN, "cursor": request.args.get("cursor")})
        drafts = import_drafts.newest(conn) if not request.args.get("cursor") else []
    more = f"/imports?cursor={items['next']}" if items["next"] else None
    return render_form(
        "admin/imports.html",
        form,
        nav="setup",
        items=items["items"],
        drafts=drafts,
        more=more,
        first="/imports" if request.args.get("cursor") else None,
        states=STATES,
        encodings=[(key, key or "UTF-8, or as the file says") for key in ENCODINGS],
        largest=settings().import_max_mb,
    )


def _mapping(
    draft: dict[str, Any], first: list[Record], form: Form, preview: dict[str, Any] | None = None
) -> Response:
    known, segments = _known()
    columns = [column for column in dict.fromkeys(draft["header"]) if column]
    return render_form(
        "admin/import_map.html",
        form,
        nav="setup",
        draft=draft,
        sample=[record.cells for record in first[:SAMPLE]],
        columns=[("", "–")] + [(column, column) for column in columns],
        surveys=[("", "Choose a survey")] + [(key, key) for key in known],
        skipped=[("", "Refuse these rows")] + [(key, key) for key in known],
        segments=segments,
        fields=import_form.FIELDS,
        formats=list(import_form.FORMATS.items()),
        attributes=range(import_form.ATTRIBUTES),
        labels=import_form.labels(form.values),
        preview=preview,
    )


def _known() -> tuple[list[str], list[str]]:
    """The keys of all surveys, archived ones too, and the segments that their journeys declare."""
    with database() as conn:
        rows = surveys.page(conn, journey=None, archived=True, after="", limit=1_000)
        maps = survey_new.known_journeys(conn)
    keys = [row["survey"] for row in rows if row["journey"] != CHECK]
    declared = [key for row in maps for key in row["document"].get("segments") or []]
    return keys, list(dict.fromkeys(declared))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "?")) else ".")
