"""Whether what was typed is an e-mail address. Pure."""

from __future__ import annotations

from marshmallow import ValidationError, validate

_ADDRESS = validate.And(
    validate.Length(max=254, error="An address has at most 254 characters."),
    validate.Email(error="This is not an e-mail address, like ana@example.com."),
)


def address_errors(typed: str) -> dict[str, list[str]]:
    """What is wrong with an address, as errors of the input `email`."""
    try:
        _ADDRESS(typed)
    except ValidationError as error:
        return {"email": [str(text) for text in error.messages][:1]}
    return {}
