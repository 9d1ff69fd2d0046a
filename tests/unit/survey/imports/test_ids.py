"""The same row is the same answer, in whichever file it comes; different rows never are."""

from __future__ import annotations

import csv
import io
import random
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.survey.imports.ids import content_of, mapped_id, occurrence_id
from tests.unit.survey.imports.files import answers, mapping

HEADER = ["rating", "region", "note"]
CELLS = st.sampled_from(["", "a", "b", "a,b", 'say "x"', "two\nlines", "é"])
ROWS = st.lists(st.tuples(st.sampled_from(["0", "7", "10"]), CELLS, CELLS), max_size=30)


def file(rows: list[tuple[str, str, str]], order: tuple[int, ...] = (0, 1, 2)) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([HEADER[i] for i in order])
    writer.writerows([row[i] for i in order] for row in rows)
    return buffer.getvalue()


def ids(text: str) -> list[UUID]:
    return [answer.id for answer in answers(text, mapping())]


@given(ROWS)
def test_every_row_of_a_file_has_an_id_of_its_own(rows: list[tuple[str, str, str]]) -> None:
    found = ids(file(rows))
    assert len(set(found)) == len(rows)


@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_a_longer_export_in_any_order_only_adds(
    old: list[tuple[str, str, str]], new: list[tuple[str, str, str]], chance: random.Random
) -> None:
    longer = [*old, *new]
    chance.shuffle(longer)
    before, after = ids(file(old)), ids(file(longer))
    assert set(before) <= set(after)
    assert len(set(after)) == len(longer)


@given(ROWS)
def test_moved_columns_change_nothing(rows: list[tuple[str, str, str]]) -> None:
    assert ids(file(rows)) == ids(file(rows, order=(2, 0, 1)))


def test_another_mapping_of_the_same_file_changes_nothing() -> None:
    text = file([("7", "north", "fine")])
    with_comment = [answer.id for answer in answers(text, mapping(comment="note"))]
    assert ids(text) == with_comment


def test_cells_that_run_together_are_different_rows() -> None:
    content = content_of(["a", "b"])
    assert content("s", ["x", "yz"]) != content("s", ["xy", "z"])
    assert content("s", ["x\x1fy", "z"]) != content("s", ["x", "y\x1fz"])
    assert content("s", ["x", "y"]) != content("t", ["x", "y"])
    assert content_of(["a", "c"])("s", ["x", "y"]) != content("s", ["x", "y"])


def test_a_uuid_is_taken_as_it_is() -> None:
    one = uuid4()
    assert mapped_id("s", str(one)) == mapped_id("s", one.hex) == mapped_id("t", one.hex.upper()) == one


def test_another_id_belongs_to_its_survey() -> None:
    assert mapped_id("s", "4711") == mapped_id("s", "4711")
    assert mapped_id("s", "4711") != mapped_id("t", "4711")
    assert mapped_id("s", "4711").version == 5
    assert mapped_id("s", "x" * 32).version == 5


def test_ids_stay_what_they_are_for_ever() -> None:
    """A change here would add every row of every earlier import a second time."""
    content = content_of(["rating", "region"])("delivery-nps", ["7", "north"])
    assert str(content) == "dc69b746-59b2-595a-8964-4859f98b469c"
    assert str(occurrence_id(content, 1)) == "7470d103-c5ed-51a4-a811-057a0b53b828"
    assert str(mapped_id("delivery-nps", "4711")) == "3ca9d353-285b-5d14-9efc-b53a73cc6172"
