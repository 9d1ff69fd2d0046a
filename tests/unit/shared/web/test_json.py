"""JSON from outside: what cannot be stored is refused, and the field is named."""

from __future__ import annotations

import pytest

from shared.web.app import parse_json
from shared.web.problems import Problem


def refused(raw: bytes, field: str = "") -> Problem:
    with pytest.raises(Problem) as caught:
        parse_json(raw, field)
    assert caught.value.status == 400
    return caught.value


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (rb'{"comment": "a\u0000b"}', "comment"),
        (rb'{"stages": [{"key": "a"}, {"key": "b", "name": "\u0000"}]}', "stages[1].name"),
        (rb'{"attributes": {"\u0000": 1}}', "attributes"),
        (rb'["fine", "\u0000"]', "[1]"),
    ],
)
def test_nul_is_refused_by_its_path(raw: bytes, path: str) -> None:
    assert list(refused(raw).errors or {}) == [path]


def test_the_characters_of_an_escape_are_no_nul() -> None:
    assert parse_json(rb'{"comment": "C:\\u0000"}') == {"comment": "C:\\u0000"}


@pytest.mark.parametrize("raw", [b"", b"{", rb'"\ud800"', b'"\xff"', b"NaN"])
def test_malformed_is_refused(raw: bytes) -> None:
    assert refused(raw).errors is None


def test_malformed_in_a_form_field_names_the_field() -> None:
    assert list(refused(b"nope", "mapping").errors or {}) == ["mapping"]
