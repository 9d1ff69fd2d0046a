"""JSON from outside: what cannot be stored is refused, and the field is named."""

from __future__ import annotations

import pytest

from shared.web.json_texts import DEEPEST, parse_json
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


@pytest.mark.parametrize("text", [b"1", rb'"\u0000"'])
@pytest.mark.parametrize(("opened", "closed"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_what_is_nested_too_deeply_is_refused(opened: bytes, closed: bytes, text: bytes) -> None:
    for levels in (DEEPEST + 1, 500, 1_000, 100_000):
        refused(opened * levels + text + closed * levels)
    assert parse_json(opened * DEEPEST + b"1" + closed * DEEPEST)
