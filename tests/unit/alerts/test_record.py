"""A detector's record in words."""

from __future__ import annotations

from typing import Any

import pytest

from services.alerts.messages.record import in_words


def record(**changed: Any) -> dict[str, Any]:
    usual = {"alarms": 1, "called_false": 0, "days_watched": 212.4, "false_alarms_per_year": 0.5}
    return usual | {"noticed_after_days": None} | changed


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {},
            "In 212 days this detector raised 1 alarm, not called false; its budget allows 0.29 false ones.",
        ),
        (
            {"called_false": 1},
            "In 212 days this detector raised 1 alarm, called false; its budget allows 0.29 false ones.",
        ),
        ({"alarms": 0}, "In 212 days this detector raised no alarm; its budget allows 0.29 false ones."),
        (
            {"alarms": 3, "called_false": 2, "days_watched": 1_460},
            "In 1,460 days this detector raised 3 alarms, 2 of them called false; its budget allows 2 false ones.",
        ),
        (
            {"alarms": 3, "days_watched": 1.0},
            "In 1 day this detector raised 3 alarms, none of them called false; its budget allows 0.0014 false ones.",
        ),
        ({"days_watched": 0.2}, "This detector has watched for less than a day: it has no record yet."),
    ],
)
def test_alarms_against_the_budget(changed: dict[str, Any], sentence: str) -> None:
    assert in_words(record(**changed)) == [sentence]


@pytest.mark.parametrize(("days", "words"), [(13.4, "13 days"), (0.6, "1 day"), (0.01, "1 day")])
def test_how_soon_a_drop_is_noticed(days: float, words: str) -> None:
    said = in_words(record(noticed_after_days=days))[1]
    assert said == f"At this volume a 10-point drop is noticed after about {words}."
