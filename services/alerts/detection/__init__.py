"""Degradation detection (DESIGN §7): pure; the same answers in the same order give the same bits."""

from services.alerts.detection.baseline import ENOUGH_ANSWERS, Baseline
from services.alerts.detection.changes import Answer, Change, Closing, Opening, Win
from services.alerts.detection.decisions import (
    BUDGET,
    FALSE_ALARMS_PER_YEAR,
    FALSE_WINS_PER_YEAR,
    MAP,
    OUTCOME,
    OUTCOMES,
    SETTINGS,
    WINS,
    decide,
    replaced,
    shares,
    win_shares,
)
from services.alerts.detection.detector import Detector
from services.alerts.detection.evidence import budget, mean_of
from services.alerts.detection.noticing import noticed_after_days
from services.alerts.detection.state import State, from_json, to_json
from services.alerts.detection.sums import DaySums, Sum

__all__ = [
    "BUDGET",
    "ENOUGH_ANSWERS",
    "FALSE_ALARMS_PER_YEAR",
    "FALSE_WINS_PER_YEAR",
    "MAP",
    "OUTCOME",
    "OUTCOMES",
    "SETTINGS",
    "WINS",
    "Answer",
    "Baseline",
    "Change",
    "Closing",
    "DaySums",
    "Detector",
    "Opening",
    "State",
    "Sum",
    "Win",
    "budget",
    "decide",
    "from_json",
    "mean_of",
    "noticed_after_days",
    "replaced",
    "shares",
    "to_json",
    "win_shares",
]
