"""The measured effect of an action (DESIGN §8a): pure. Day sums in, effect and verdict out."""

from services.alerts.effects.before import REACH, before, within_incident
from services.alerts.effects.measured import (
    AGAINST_CONTROL,
    LEAST_ANSWERS,
    LEAST_DAYS,
    LONGEST,
    NO_CONTROL,
    REVIEW_AFTER,
    SIDE_BY_SIDE,
    Days,
    Effect,
    Question,
    measured,
)
from services.alerts.effects.periods import Period
from services.alerts.effects.verdicts import NO_EVIDENCE_YET, WORKED, WORSE

__all__ = [
    "AGAINST_CONTROL",
    "LEAST_ANSWERS",
    "LEAST_DAYS",
    "LONGEST",
    "NO_CONTROL",
    "NO_EVIDENCE_YET",
    "REACH",
    "REVIEW_AFTER",
    "SIDE_BY_SIDE",
    "WORKED",
    "WORSE",
    "Days",
    "Effect",
    "Period",
    "Question",
    "before",
    "measured",
    "within_incident",
]
