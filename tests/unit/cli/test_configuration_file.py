"""Configuration files as text: no key twice, and every mistake with its line."""

from __future__ import annotations

import pytest

from services.cli.configuration_file import read
from services.cli.documents import NotConfiguration

TWO_BLOCKS = """\
silences:
  sale: {from: 2026-11-27, to: 2026-11-30, why: Sale}
owners:
  ana: {name: Ana, email: ana@example.com}
silences:
  christmas: {from: 2026-12-24, to: 2026-12-26, why: Christmas}
"""


def wrong(text: str) -> list[tuple[int, str]]:
    with pytest.raises(NotConfiguration) as raised:
        read(text)
    return [(one.line, one.what) for one in raised.value.wrong]


def test_a_part_that_is_there_twice() -> None:
    assert wrong(TWO_BLOCKS) == [(5, "silences: is there twice, first on line 1")]


def test_a_document_or_a_field_that_is_there_twice() -> None:
    text = """\
owners:
  ana: {name: Ana}
  ana:
    name: Ana
    name: Anna
"""
    assert wrong(text) == [
        (3, "ana: is there twice, first on line 2"),
        (5, "name: is there twice, first on line 4"),
    ]
    assert wrong("owners: {ana: {name: Ana, name: Ana}}")[0][1] == "name: is there twice, first on line 1"


def test_an_item_of_a_list_that_is_there_twice() -> None:
    text = "owners:\n- {owner: ana, name: Ana}\n- {owner: ben, name: Ben}\n- {owner: ana, name: Ann}\n"
    assert wrong(text) == [(4, "owner ana: is in the file twice, first on line 2")]


def test_every_mistake_is_named_with_its_line() -> None:
    text = "owners:\n  Ana B: {name: Ana}\nsilences:\n- silence: bad slug\n- {}\nsurvey: []\n"
    assert [line for line, _ in wrong(text)] == [2, 4, 5, 6]


def test_items_know_their_lines_and_anchors_may_be_merged() -> None:
    text = """\
surveys:
  one: &one {journey: shop, metric: nps}
  two: {<<: *one, metric: csat}
owners:
- owner: ana
  name: Ana
"""
    assert [(item.name, item.line) for item in read(text)] == [
        ("owner ana", 5),
        ("survey one", 2),
        ("survey two", 3),
    ]


def test_an_empty_file_is_none() -> None:
    assert wrong("")[0][0] == 0
