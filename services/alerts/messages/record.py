"""A detector's own record in words: how often it raised an alarm, how often wrongly, and how soon it would notice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.wording import whole

DAYS_A_YEAR = 365


def in_words(record: Mapping[str, Any]) -> list[str]:
    """Sentences of {alarms, called_false, days_watched, false_alarms_per_year, noticed_after_days}."""
    sentences = [_alarms(record)]
    if record["noticed_after_days"] is not None:
        after = _days(max(1, whole(record["noticed_after_days"])))
        sentences.append(f"At this volume a 10-point drop is noticed after about {after}.")
    return sentences


def switched_off(open_: bool) -> str:
    """What a detector that is switched off still does; `open_`: while its incident is open."""
    if open_:
        return (
            "This detector is switched off: it raises no new alarm, only the open incident is still watched."
        )
    return "This detector is switched off: it watches nothing and raises no alarm."


def _alarms(record: Mapping[str, Any]) -> str:
    watched, alarms, false = whole(record["days_watched"]), record["alarms"], record["called_false"]
    if not watched:
        return "This detector has watched for less than a day: it has no record yet."
    allowed = record["days_watched"] * record["false_alarms_per_year"] / DAYS_A_YEAR
    raised = "no alarm" if not alarms else "1 alarm" if alarms == 1 else f"{alarms} alarms"
    called = (
        "" if not alarms else f", {false or 'none'} of them called false" if alarms > 1 else _the_one(false)
    )
    return f"In {_days(watched)} this detector raised {raised}{called}; its budget allows {allowed:.2g} false ones."


def _the_one(false: int) -> str:
    return ", called false" if false else ", not called false"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"
