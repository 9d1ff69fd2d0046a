"""Employees' answers at the door (ADR 0024): nothing is kept that tells one from another. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from shared.employees import month_of

if TYPE_CHECKING:
    from services.survey.answers import Answer

EMPLOYEE = "employee"
A = TypeVar("A", bound="Answer")


def anonymous(answer: A, zone: ZoneInfo) -> A:
    """The answer as it is kept and sent on: nobody's, without attributes, language, channel and contact, and with no
    other time than the begin of its month."""
    first = month_of(answer.answered_at.astimezone(zone).date())
    return replace(
        answer,
        respondent=None,
        attributes={},
        lang=None,
        channel=None,
        contact=None,
        verified=True,
        answered_at=datetime.combine(first, time(), zone).astimezone(UTC),
        given_at=None,
    )
