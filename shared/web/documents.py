"""Declarative documents over HTTP: ETag, If-Match, If-None-Match, dry runs and pages of a list."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import orjson
from flask import request
from marshmallow import Schema, ValidationError, fields, validate

from shared.web.problems import Problem, invalid

SLUG = validate.Regexp(r"\A[a-z0-9-]{1,63}\Z", error="Use 1 to 63 of a-z, 0-9 and -.")


class Slug(fields.String):
    """A key: 1 to 63 of a-z, 0-9 and -."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=SLUG, **kwargs)


class Page(Schema):
    """The query of every list."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 500))
    cursor = fields.String(load_default=None)


class DryRun(Schema):
    """`?dry_run=true`: validate, say what would change, write nothing."""

    dry_run = fields.Boolean(load_default=False)


def check_slug(name: str, key: str) -> None:
    """422 on `name` where the key in the address is not a slug."""
    try:
        SLUG(key)
    except ValidationError as error:
        raise invalid({name: error.messages}) from error


def etag(document: Any) -> str:
    """A strong validator of a document, equal for equal JSON."""
    return f'"{hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]}"'


def check_if_match(current: str | None) -> None:
    """412 where the request's If-Match does not name the stored document (None: there is none yet)."""
    wanted = request.headers.get("If-Match")
    if wanted is None:
        return
    tags = [tag.strip() for tag in wanted.split(",")]
    if current is None or ("*" not in tags and current not in tags):
        raise Problem(
            412, "It has changed meanwhile", f"If-Match is {wanted}; stored is {current or 'nothing'}."
        )


def not_modified(current: str) -> bool:
    """Whether the request's If-None-Match already holds the stored document."""
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    return current in tags


def changes(before: Any, after: Any, path: str = "") -> list[dict[str, Any]]:
    """What differs between two documents: [{path, before, after}], one entry a leaf."""
    if isinstance(before, dict) and isinstance(after, dict):
        found = []
        for name in sorted(before.keys() | after.keys()):
            step = f"{path}.{name}" if path else name
            found += changes(before.get(name), after.get(name), step)
        return found
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [change for i in range(len(after)) for change in changes(before[i], after[i], f"{path}[{i}]")]
    return [] if before == after else [{"path": path, "before": before, "after": after}]


def encode_cursor(*values: Any) -> str:
    """An opaque cursor after the last item of a page."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def decode_cursor(text: str | None, length: int) -> list[Any] | None:
    """The values of a cursor made here; 422 on `cursor` where it is not one."""
    if text is None:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError as error:
        raise invalid({"cursor": ["This is not a cursor of this list."]}) from error
    if (
        not isinstance(values, list)
        or len(values) != length
        or not all(isinstance(v, str | int) for v in values)
    ):
        raise invalid({"cursor": ["This is not a cursor of this list."]})
    return values


def after(cursor: str | None) -> str:
    """The key after which a page of a list begins; 422 where the cursor is not one of a list in order of keys."""
    (key,) = decode_cursor(cursor, 1) or ("",)
    if key:
        check_slug("cursor", str(key))
    return str(key)


def page(items: list[dict[str, Any]], limit: int, *by: str) -> dict[str, Any]:
    """{"items", "next"} of rows fetched with limit + 1, ordered by the fields `by`."""
    more = len(items) > limit
    items = items[:limit]
    return {"items": items, "next": encode_cursor(*[items[-1][name] for name in by]) if more else None}
