"""What `/openapi.json` says beyond what the views declare: the errors each call may answer with, and their shape."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
PAGE = {"text/html": {"schema": {"type": "string"}}} | PROBLEM
TEXTS = {
    400: "Malformed JSON, or NUL or half a surrogate pair in a text",
    401: "No valid key",
    403: "The key lacks the role",
    404: "There is none",
    412: "If-Match names another state",
    413: "Larger than allowed",
    415: "The body's encoding is not taken",
    422: "Some fields are not valid: `errors` names them",
    503: "The database is away; see Retry-After",
}
_IF_MATCH = {
    "name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "the ETag of the state that is to be changed",
}  # fmt: skip
_IF_NONE_MATCH = {
    "name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "the ETag of the state that the caller has",
}  # fmt: skip
_SCHEMA = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "description": "what is wrong, by the path of the field",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "additionalProperties": False,
}
_DRY_RUN = {
    "type": "object",
    "description": "with ?dry_run=true: what would change; nothing was written",
    "required": ["changes", "warnings"],
    "properties": {
        "changes": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "before", "after"],
                "properties": {"path": {"type": "string"}, "before": {}, "after": {}},
            },
        },
        "warnings": {"type": "array", "items": {"type": "string"}},
    },
}
_METHODS = ("get", "put", "post", "patch", "delete")


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with its errors as problem documents; patterns and sizes as JSON Schema has them."""
    parts = document["components"]
    parts.pop("responses", None)
    parts["schemas"] = {
        name: schema
        for name, schema in parts["schemas"].items()
        if name not in ("Error", "PaginationMetadata")
    } | {"Problem": _SCHEMA, "DryRun": _DRY_RUN}
    for path, item in document["paths"].items():
        for method in sorted(set(_METHODS) & item.keys()):
            _name_errors(item, method, PROBLEM if _speaks_json(path) else PAGE)
    for schema in _schemas(document):
        _translate(schema)
    return document


def _speaks_json(path: str) -> bool:
    """Whether its errors are problem documents; a page for customers says most of them as a page."""
    return not re.match(r"/s/\{survey\}(/contact|/unsubscribe)?$", path)


def _name_errors(item: dict[str, Any], method: str, content: dict[str, Any]) -> None:
    operation = item[method]
    given = {**operation["responses"]}
    given.pop("default", None)
    for status in _statuses(item, method):
        given.setdefault(str(status), {"description": TEXTS[status]})
    for status, response in given.items():
        if status >= "400":
            text = response.get("description") or TEXTS.get(int(status), "")
            given[status] = {"description": text, "content": content}
    if "put" in item and method == "get":
        given.setdefault("304", {"description": "Not modified"})
        operation.setdefault("parameters", []).append(_IF_NONE_MATCH)
    if "412" in given:
        operation.setdefault("parameters", []).append(_IF_MATCH)
    if method == "put" and any(one.get("name") == "dry_run" for one in operation.get("parameters", [])):
        kept = given["200"]["content"]["application/json"]
        kept["schema"] = {"anyOf": [kept["schema"], {"$ref": "#/components/schemas/DryRun"}]}
    operation["responses"] = dict(sorted(given.items()))


def _statuses(item: dict[str, Any], method: str) -> Iterator[int]:
    operation = item[method]
    yield 503
    if operation.get("parameters") or item.get("parameters") or "requestBody" in operation:
        yield 400
    if "security" in operation:
        yield from (401, 403)
    if item.get("parameters") and (method != "put" or "delete" not in item):
        yield 404
    if "requestBody" in operation:
        yield from (413, 415, 422)
    if method in ("put", "delete") and {"put", "delete"} <= item.keys():
        yield 412


def _schemas(value: Any) -> Iterator[dict[str, Any]]:
    """Every JSON Schema within."""
    if isinstance(value, dict):
        if "type" in value and not isinstance(value["type"], dict):
            yield value
        for inner in value.values():
            yield from _schemas(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _schemas(inner)


def _translate(schema: dict[str, Any]) -> None:
    if "pattern" in schema and isinstance(schema["pattern"], str):
        schema["pattern"] = ecma(schema["pattern"])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if "object" in types:  # marshmallow's length of a dictionary is the number of its keys
        for ours, theirs in (("minLength", "minProperties"), ("maxLength", "maxProperties")):
            if ours in schema:
                schema[theirs] = schema.pop(ours)


def ecma(pattern: str) -> str:
    """A pattern that Python matches from the start of a text, as JSON Schema has it: anchored where it is meant."""
    translated = pattern.replace("\\A", "^").replace("\\Z", "$")
    return translated if translated.startswith("^") else f"^{translated}"
