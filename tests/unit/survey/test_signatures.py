"""`sig`: made with the survey's secret, and by nobody else."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.survey.signatures import PREVIOUS_COUNTS_FOR, is_signed, secret, sign
from tests.unit.survey.definitions import definition

KEY = "k" * 32
NOW = datetime(2026, 11, 22, tzinfo=UTC)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


def test_a_signature_is_a_plain_hmac() -> None:
    made = secret(KEY, "delivery-nps", 1)
    assert len(made) == 43
    assert sign(made, "c-123 ü") == hmac.new(made.encode(), "c-123 ü".encode(), hashlib.sha256).hexdigest()


@given(NAMES, NAMES)
def test_signs_one_respondent_of_one_survey(name: str, other: str) -> None:
    survey = definition()
    sig = sign(secret(KEY, survey.survey, 1), name)
    assert is_signed(KEY, survey, name, sig, NOW)
    assert is_signed(KEY, survey, name, f" {sig.upper()}\n", NOW)
    assert is_signed(KEY, survey, other, sig, NOW) == (other == name)
    assert not is_signed(KEY, definition(survey="other"), name, sig, NOW)
    assert not is_signed("other" * 8, survey, name, sig, NOW)


@given(st.one_of(st.none(), st.text(max_size=80)))
def test_nothing_else_passes(sig: str | None) -> None:
    assert not is_signed(KEY, definition(), "c-123", sig, NOW)
    assert not is_signed(KEY, definition(), None, sig, NOW)


def test_the_secret_before_counts_for_a_week() -> None:
    old, older = (sign(secret(KEY, "delivery-nps", generation), "c") for generation in (2, 1))
    rotated = definition(secret_generation=3, secret_rotated_at=NOW)
    assert is_signed(KEY, rotated, "c", sign(secret(KEY, "delivery-nps", 3), "c"), NOW)
    assert is_signed(KEY, rotated, "c", old, NOW + PREVIOUS_COUNTS_FOR - timedelta(seconds=1))
    assert not is_signed(KEY, rotated, "c", old, NOW + PREVIOUS_COUNTS_FOR)
    assert not is_signed(KEY, rotated, "c", older, NOW)
