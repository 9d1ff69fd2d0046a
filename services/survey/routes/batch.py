"""`POST /v1/responses/batch`: many answers from a system that may send for its customers."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import orjson
from flask import g, request
from flask_smorest import Blueprint

from services.survey.accept import NewAnswer, accept_many
from services.survey.answers import Rejected, read
from services.survey.definition import Definition
from services.survey.routes.documents import answers, is_key
from services.survey.schemas.responses import BatchItem, BatchResult
from services.survey.store import surveys
from shared.db import Connection
from shared.web.app import database, parse_json, settings
from shared.web.auth import require
from shared.web.json_texts import DEEPEST, is_deeper
from shared.web.problems import ITEM, Problem
from shared.web.state import now

MAX_ITEMS = 10_000
MAX_BYTES = 16 * 1024 * 1024
NDJSON = "application/x-ndjson"

blueprint = Blueprint("batch", __name__, description="Answers, many at once")

_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"type": "array", "maxItems": MAX_ITEMS, "items": BatchItem}},
        NDJSON: {"schema": {"type": "string"}},
    },
}


@blueprint.url_value_preprocessor
def allow_large(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """A batch may be larger than an answer, and packed. Runs before anything reads the body."""
    request.max_content_length = MAX_BYTES
    g.decodes_itself = True


@blueprint.route("/v1/responses/batch", methods=["POST"])
@blueprint.doc(requestBody=_BODY, responses=answers(400, 401, 403, 413, _415="Another encoding than gzip"))
@require("collector")
@blueprint.response(200, BatchResult)
def post_batch() -> dict[str, Any]:
    """Take up to 10 000 answers, each naming its `survey`: a JSON array or NDJSON, gzip allowed.

    Good items are stored, in one transaction; bad ones are named by their index. Sending it again is harmless.
    """
    received_at = now()
    items = _items()
    rejected: dict[int, dict[str, str]] = {}
    with database() as conn:
        read_items = _read(conn, items, received_at, rejected)
        outcomes = accept_many(conn, list(read_items.values()), received_at, settings().respondent_keys)
    for index, outcome in zip(read_items, outcomes, strict=True):
        if outcome == "conflict":
            rejected[index] = {"id": "was used before, for another answer"}
    return {
        "accepted": outcomes.count("accepted"),
        "duplicates": outcomes.count("duplicate"),
        "rejected": [
            {"index": index, "errors": {field: [text] for field, text in rejected[index].items()}}
            for index in sorted(rejected)
        ],
    }


def _read(
    conn: Connection, items: list[Any], received_at: datetime, rejected: dict[int, dict[str, str]]
) -> dict[int, NewAnswer]:
    definitions = surveys.definitions(conn, {key for key in map(_survey, items) if key})
    found = {}
    for index, item in enumerate(items):
        try:
            definition = _definition(item, definitions)
            fields = {name: value for name, value in item.items() if name != "survey"}
            found[index] = NewAnswer(
                definition, read(fields, definition, received_at, None, settings().report_tz)
            )
        except Rejected as error:
            rejected[index] = error.errors
    return found


def _survey(item: Any) -> str | None:
    key = item.get("survey") if isinstance(item, dict) else None
    return key if isinstance(key, str) and is_key(key) else None


def _definition(item: Any, definitions: dict[str, Definition]) -> Definition:
    if not isinstance(item, dict):
        raise Rejected({ITEM: "is not a JSON object"})
    definition = definitions.get(_survey(item) or "")
    if definition is None:
        raise Rejected({"survey": "names no survey" if "survey" in item else "required: the survey's key"})
    if definition.status != "live":
        raise Rejected({"survey": f"is {definition.status}; it takes no answers"})
    return definition


def _items() -> list[Any]:
    """The items of the body; for NDJSON a line that is not JSON is an item that is no object."""
    body = _body()
    if request.mimetype == NDJSON:
        items: Any = list(_lines(body))
    else:
        items = parse_json(body)
    if not isinstance(items, list):
        raise Problem(400, "Not a batch", f"Send a JSON array, or one item a line as {NDJSON}.")
    if len(items) > MAX_ITEMS:
        raise Problem(413, "Too many answers in one batch", f"{len(items):,} items; at most {MAX_ITEMS:,}.")
    return items


def _lines(body: bytes) -> Iterator[Any]:
    for line in body.split(b"\n"):
        if line.strip():
            try:
                found = orjson.loads(line)
            except orjson.JSONDecodeError:
                found = None
            yield None if is_deeper(found, DEEPEST) else found


def _body() -> bytes:
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding == "identity":
        return request.get_data()
    if encoding != "gzip":
        raise Problem(415, "Unknown Content-Encoding", "Send it as it is, or with gzip.")
    return _gunzip(request.get_data())


def _gunzip(packed: bytes) -> bytes:
    """Never unpacks more than a batch may hold, whatever the packed bytes promise."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(packed, MAX_BYTES + 1)
    except zlib.error as error:
        raise Problem(400, "Not gzip", str(error)) from error
    if len(body) > MAX_BYTES:
        raise Problem(
            413, "Larger than allowed", f"A batch holds at most {MAX_BYTES >> 20} MB when unpacked."
        )
    if not unpacker.eof:
        raise Problem(400, "Not gzip", "The body ends before the gzip stream does.")
    return body
