"""One key's position: in any order of delivery each sequence is admitted once, and a gap stays red until healed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.positions import Position


@given(st.lists(st.integers(1, 12), max_size=60))
def test_admits_each_sequence_once_and_in_order(arrivals: list[int]) -> None:
    position = Position("k", 0)
    admitted = [sequence for sequence in arrivals if position.admit(sequence)]
    assert admitted == list(range(1, len(admitted) + 1))
    assert position.last_sequence == len(admitted)


@given(st.lists(st.integers(1, 12), max_size=60))
def test_is_red_exactly_while_something_seen_was_left_out(arrivals: list[int]) -> None:
    position = Position("k", 0)
    for sequence in arrivals:
        position.admit(sequence)
    left_out = max(arrivals, default=0) > position.last_sequence
    assert (position.gap_sequence is not None) == left_out


def test_sending_the_log_again_heals() -> None:
    position = Position("k", 5)
    assert not position.admit(8)
    assert position.gap_sequence == 8
    assert [position.admit(sequence) for sequence in (6, 7, 8)] == [True, True, True]
    assert position.gap_sequence is None
