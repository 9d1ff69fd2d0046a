"""What the configured documents have in common over HTTP: PUT, GET, lists and dry runs."""

from __future__ import annotations

import re
from typing import Any

import orjson
from flask import Response, request
from marshmallow import fields

from services.survey import rate_limit
from services.survey.journeys import Change
from shared.web import openapi
from shared.web.documents import Page, changes, etag, not_modified

is_key = re.compile(r"[a-z0-9-]{1,63}").fullmatch
MAX_DOCUMENT = 1024 * 1024
TEXTS = openapi.TEXTS | {304: "Not modified", 429: rate_limit.TEXT}


class List(Page):
    """The query of a list of configured things, in order of their keys."""

    archived = fields.Boolean(load_default=False, metadata={"description": "archived ones too"})

    changes = fields.List(
        fields.Dict(), metadata={"description": "{path, before, after}, one a changed value"}
    )
    warnings = fields.List(fields.String())


def answers(*statuses: int, **texts: str) -> dict[str, dict[str, Any]]:
    """OpenAPI responses for what may go wrong: statuses with the usual text, `_409="…"` with a text of their own."""
    named = {status: TEXTS[status] for status in statuses} | {
        int(name[1:]): text for name, text in texts.items()
    }
    return {str(status): {"description": text} for status, text in sorted(named.items())}


def allow_large(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Let a blueprint's bodies be larger than an answer's. Runs before anything reads the body."""
    request.max_content_length = MAX_DOCUMENT


def put_response(change: Change, *, dry_run: bool) -> Response:
    """201 or 200 with the document and its ETag; in a dry run 200 with what would change."""
    if dry_run:
        body = {"changes": changes(change.before or {}, change.after), "warnings": change.warnings}
        return Response(orjson.dumps(body), 200, content_type="application/json")
    return _document(change.after, 201 if change.before is None else 200)


def stored_response(document: dict[str, Any]) -> Response:
    """200 with the document exactly as it was PUT, or 304 where the caller has it."""
    if not_modified(etag(document)):
        return Response(status=304, headers={"ETag": etag(document)})
    return _document(document, 200)


def _document(document: dict[str, Any], status: int) -> Response:
    headers = {"ETag": etag(document)}
    return Response(orjson.dumps(document), status, headers, content_type="application/json")
