"""JSON from outside: what is malformed, too deep, or cannot be stored is refused before any view sees it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from shared.web.problems import BODY, Problem

# Our deepest document (a journey's touchpoints) has 7 levels; code that walks a document may rely on this bound.
DEEPEST = 32


def parse_json(raw: bytes, field: str = "") -> Any:
    """JSON as Python values; Problem 400 where it is malformed, nested too deeply, or has a NUL or a lone surrogate.

    `field` is the form field that holds the JSON, where it is not the whole body.
    """
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Problem(400, "Malformed JSON", str(error), {field: [str(error)]} if field else None) from error
    if is_deeper(document, DEEPEST):
        raise Problem(400, "Nested too deeply", errors={field or BODY: [f"more than {DEEPEST} levels"]})
    if b"\\u0000" in raw and (path := _nul_path(document, field)) is not None:
        errors = {path or BODY: ["holds the character NUL, which cannot be stored"]}
        raise Problem(400, "NUL in a text", errors=errors)
    return document


def is_deeper(document: Any, levels: int) -> bool:
    """Whether lists and objects lie in one another more than `levels` deep; needs no stack of its own."""
    level = [document]
    for _ in range(levels):
        level = [part for value in level for part in _parts(value)]
    return any(isinstance(value, dict | list) for value in level)


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _nul_path(value: Any, path: str) -> str | None:
    """The path of the first text with a NUL; a field whose name has one is told by the path of its object."""
    if isinstance(value, str):
        return path if "\x00" in value else None
    if isinstance(value, dict):
        if any("\x00" in name for name in value):
            return path
        steps = [(f"{path}.{name}" if path else name, part) for name, part in value.items()]
    else:
        steps = [(f"{path}[{i}]", part) for i, part in enumerate(value)] if isinstance(value, list) else []
    return next((found for step, part in steps if (found := _nul_path(part, step)) is not None), None)
