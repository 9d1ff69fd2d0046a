"""Names that are Journeyloop's own."""

from __future__ import annotations

from typing import Any

# The journey, survey and owner of `journeyloop check`: left out where configuration or detectors are listed. Their
# answers are real, and nobody else's.
CHECK = "journeyloop-check"
CHECK_STAGE, CHECK_TOUCHPOINT, CHECK_METRIC = "pipeline", "command-line", "csat"
CHECK_JOURNEY: dict[str, Any] = {
    "name": "Journeyloop check",
    "owner": CHECK,
    "stages": [
        {
            "key": CHECK_STAGE,
            "name": "Pipeline",
            "touchpoints": [{"key": CHECK_TOUCHPOINT, "name": "Command line"}],
        }
    ],
}
CHECK_SURVEY: dict[str, Any] = {
    "journey": CHECK,
    "stage": CHECK_STAGE,
    "touchpoint": CHECK_TOUCHPOINT,
    "metric": CHECK_METRIC,
    "audience": "customer",
    "status": "live",
    "question": {"en": "Does it work?"},
}
CHECK_SCORE = 5
