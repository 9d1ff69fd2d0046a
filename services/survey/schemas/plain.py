"""Fields that take a JSON value as it is or refuse it, so that a stored document equals what was PUT."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, fields, validate

NAME = validate.Length(1, 200)
LONG = validate.Length(max=2_000)
LANG = validate.Regexp(
    re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}\Z"), error="Not a language tag such as en."
)
SEGMENT = validate.Regexp(
    re.compile(r"[A-Za-z0-9_.-]{1,63}\Z"), error="Use 1 to 63 of letters, digits, _, . and -."
)


class Truth(fields.Boolean):
    """true or false, nothing that merely looks like it."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("Must be true or false.")
        return value


class Number(fields.Float):
    """A JSON number within `low` and `high`."""

    def __init__(self, low: float, high: float, **kwargs: Any) -> None:
        super().__init__(
            validate=validate.Range(low, high, error=f"Must lie between {low:g} and {high:g}."), **kwargs
        )

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("Must be a number.")
        return value


def texts(limit: int, **kwargs: Any) -> fields.Dict:
    """{language tag: text}, at least one, none empty."""
    return fields.Dict(
        keys=fields.String(validate=LANG),
        values=fields.String(validate=validate.Length(1, limit)),
        validate=validate.Length(1, 50),
        **kwargs,
    )


def repeated(
    items: Sequence[Mapping[str, Any]] | None, identity: Callable[[Mapping[str, Any]], Any], field: str
) -> dict[int, Any]:
    """Marshmallow errors {index: {field: [message]}} for every item whose identity came before in the list."""
    seen: set[Any] = set()
    errors: dict[int, Any] = {}
    for index, item in enumerate(items or ()):
        if identity(item) in seen:
            errors[index] = {field: [f"{item.get(field)!r} is used twice."]}
        seen.add(identity(item))
    return errors


def named_twice(values: Sequence[str] | None) -> dict[int, list[str]]:
    """Marshmallow errors {index: [message]} for every value that came before in the list."""
    values = values or []
    return {i: ["Is named twice."] for i, value in enumerate(values) if value in values[:i]}
