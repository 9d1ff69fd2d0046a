"""Errors as RFC 9457 problem documents: type, title, status, detail, and `errors` by field."""

from __future__ import annotations

from typing import Any

import orjson
import psycopg
import structlog
from flask import Flask, Response, request
from gunicorn.http.errors import ParseException
from psycopg_pool import PoolTimeout
from werkzeug.exceptions import HTTPException

log = structlog.get_logger()

RETRY_SECONDS = 5
# What `errors` calls a whole body that is not what it should be, and one item of a batch that is none.
BODY, ITEM = "body", "item"
MOST_NAMED = 5
_NO_OBJECT = "Invalid input type."  # marshmallow's, of a whole document


class Problem(Exception):
    """An error to answer with. `errors` maps a field's path, e.g. `stages[1].key`, to what is wrong with it.

    Without a `detail` of its own it counts and names these fields.
    """

    def __init__(
        self,
        status: int,
        title: str,
        detail: str | None = None,
        errors: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(title)
        self.status, self.title, self.detail = status, title, detail
        self.errors, self.headers = errors, headers or {}

    def response(self) -> Response:
        body: dict[str, Any] = {"type": "about:blank", "title": self.title, "status": self.status}
        if detail := self.detail or _counted(self.errors):
            body["detail"] = detail
        if self.errors:
            body["errors"] = self.errors
        text = orjson.dumps(body)
        return Response(text, self.status, self.headers, content_type="application/problem+json")


def not_found(what: str, key: str) -> Problem:
    """404 for a named thing: not_found("survey", "delivery-nps")."""
    return Problem(404, f"Unknown {what}", f"There is no {what} ‘{key}’.")


def invalid(errors: dict[str, Any], title: str = "Some fields are not valid") -> Problem:
    """422 naming each wrong field by its path."""
    return Problem(422, title, errors=errors)


def field_paths(messages: Any, path: str = "") -> dict[str, Any]:
    """Marshmallow's nested messages as {path: [message, …]}: indexes as `[1]`, a schema's own error at its path."""
    if not isinstance(messages, dict):
        return {path or BODY: messages}
    found: dict[str, Any] = {}
    for name, inner in messages.items():
        if name in ("_schema", "value") and path:
            step = path
        elif isinstance(name, int):
            step = f"{path}[{name}]"
        else:
            step = f"{path}.{name}" if path else str(name)
        for key, text in field_paths(inner, step).items():
            found.setdefault(key, []).extend(text if isinstance(text, list) else [text])
    return found


def _counted(errors: dict[str, Any] | None) -> str | None:
    """2 fields are wrong: metric, stage."""
    if not errors:
        return None
    named = ", ".join(name or BODY for name in list(errors)[:MOST_NAMED])
    more = f" and {len(errors) - MOST_NAMED} more" if len(errors) > MOST_NAMED else ""
    return f"{'1 field is' if len(errors) == 1 else f'{len(errors)} fields are'} wrong: {named}{more}."


def install(app: Flask) -> None:
    """Answer every error of `app` with a problem document."""
    app.register_error_handler(Problem, lambda problem: problem.response())
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(ParseException, _no_body)
    app.register_error_handler(psycopg.OperationalError, _database_away)
    app.register_error_handler(psycopg.errors.QueryCanceled, _took_too_long)
    app.register_error_handler(PoolTimeout, _database_away)
    app.register_error_handler(Exception, _unexpected)


def _http_error(error: HTTPException) -> Response:
    data = getattr(error, "data", None) or {}
    messages = dict(data.get("messages") or {})
    for location in ("json", "query", "form", "files", "json_or_form", "headers", "path"):
        inner = messages.pop(location, None)
        if isinstance(inner, dict):
            messages.update(_named_whole(inner, "query" if location == "query" else BODY))
        elif inner:
            messages.setdefault(BODY, inner)
    errors = field_paths(messages) if messages else None
    title = "Some fields are not valid" if errors else error.name
    headers = dict(data.get("headers") or {})
    retry = getattr(error, "retry_after", None)
    if retry:
        headers["Retry-After"] = str(retry)
    if getattr(error, "valid_methods", None):
        headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    detail = None if errors else error.description
    return Problem(error.code or 500, title, detail, errors, headers).response()


def _named_whole(messages: dict[str, Any], whole: str) -> dict[str, Any]:
    """Messages of marshmallow about the whole document under a name that says so."""
    said = messages.pop("_schema", None)
    if said is None:
        return messages
    return {whole: ["Must be a JSON object."] if said == [_NO_OBJECT] else said} | messages


def _no_body(error: Exception) -> Response:
    """A body that ends in what is no HTTP, found out only as it is read; gunicorn closes the connection."""
    return Problem(400, "Malformed body", "Its chunks or trailers are none.").response()


def _database_away(error: Exception) -> Response:
    log.warning("database away", error=type(error).__name__)
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return Problem(
        503, "The database is away", "Nothing was stored. Send it again.", headers=headers
    ).response()


def _took_too_long(error: Exception) -> Response:
    """A query with a time limit of its own; the database is not away."""
    log.warning("query took too long", route=request.url_rule.rule if request.url_rule else "?")
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return Problem(503, "It took too long", "Ask for less, or again later.", headers=headers).response()


def _unexpected(error: Exception) -> Response:
    rule = request.url_rule.rule if request.url_rule else "?"
    log.error("unexpected error", route=rule, exc_info=error)
    return Problem(500, "Something went wrong on our side").response()
