"""Degradation detection (DESIGN §7): pure; the same answers in the same order give the same bits."""

from services.alerts.detection.decisions import FALSE_ALARMS_PER_YEAR, decide, shares
from services.alerts.detection.detector import Answer, Closing, Detector, Opening
from services.alerts.detection.state import State, from_json, to_json
from services.alerts.detection.sums import DaySums, Sum

__all__ = [
    "FALSE_ALARMS_PER_YEAR",
    "Answer",
    "Closing",
    "DaySums",
    "Detector",
    "Opening",
    "State",
    "Sum",
    "decide",
    "from_json",
    "shares",
    "to_json",
]
