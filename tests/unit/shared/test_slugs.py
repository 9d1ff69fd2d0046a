"""Keys made from names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.slugs import slug
from shared.web.documents import SLUG


@given(st.text(max_size=90))
def test_a_proposed_key_is_a_slug_or_nothing(name: str) -> None:
    key = slug(name)
    assert key == "" or SLUG(key)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Courier hand-over", "courier-hand-over"),
        ("Überprüfung & Größe", "uberprufung-grosse"),
        ("  ", ""),
        ("配達", ""),
    ],
)
def test_keys_from_names(name: str, key: str) -> None:
    assert slug(name) == key


def test_a_long_name_is_cut_to_a_key() -> None:
    assert slug("a" * 62 + " bc") == "a" * 62
