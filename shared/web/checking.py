"""What a form of ours sends, checked as the API checks it: by the schema, and against what is stored meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import Schema, ValidationError

from shared.web.problems import Problem, field_paths, invalid

CHANGED_MEANWHILE = 412
CHANGED = "Somebody saved it while you were at it. Below is what you typed: save again to replace theirs."


def checked(schema: Schema, document: dict[str, Any]) -> dict[str, Any]:
    """The document if the schema takes it, as a PUT of it would be; else Problem 422 with the fields' paths."""
    try:
        found: dict[str, Any] = schema.load(document)
    except ValidationError as error:
        raise invalid(field_paths(error.normalized_messages())) from error
    return found


def unseen(field: str, said: str) -> Callable[[str | None], None]:
    """A check that there is none of this key yet; `said` at `field` where there is."""

    def check(current: str | None) -> None:
        if current is not None:
            raise invalid({field: [said]})

    return check


def seen(tag: str) -> Callable[[str | None], None]:
    """A check that what is stored is what the form was made from; `tag` is the ETag it had."""

    def check(current: str | None) -> None:
        if tag != (current or ""):
            raise Problem(CHANGED_MEANWHILE, "It has changed meanwhile", CHANGED)

    return check
