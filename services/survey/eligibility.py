"""Whether to ask: the rules that keep one person from being asked too often. Pure.

Only the form asks these rules; an answer that comes anyway is never refused. What is known of a verified respondent
comes from our tables, what is known of anybody else from their own browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

# How long a survey that was closed unanswered stays away, even where its own cooldown is shorter.
DISMISSED = timedelta(days=30)
# Moments of truth go first: other surveys leave a person in peace for the whole rest, a moment of truth for a day.
MOMENT_REST = timedelta(days=1)
# Why one is not asked with whom somebody is in touch.
OPEN_FOLLOW_UP = "open_follow_up"


@dataclass(frozen=True)
class Rules:
    """How often a survey may ask one person.

    cooldown: between two times it asks. rest: since any survey asked (verified respondents only). sample_rate: the
    share of people it asks at all.
    """

    survey: str
    cooldown: timedelta
    rest: timedelta
    sample_rate: float


@dataclass(frozen=True)
class Past:
    """What is known of a person: when each survey last asked or got an answer, or was closed unanswered.

    open_follow_up: somebody is putting something right with them.
    """

    asked: Mapping[str, datetime] = field(default_factory=dict)
    dismissed: Mapping[str, datetime] = field(default_factory=dict)
    never: bool = False
    open_follow_up: bool = False


class Verdict(NamedTuple):
    """What one rule says, with its reason in words."""

    passed: bool
    text: str


class Decision(NamedTuple):
    """Whether to show; `because` says why not; `verdicts`: what every rule said, in their order."""

    show: bool
    because: str | None
    verdicts: list[Verdict]


def rules(survey: str, document: Mapping[str, Any], *, moment_of_truth: bool, rest: timedelta) -> Rules:
    """The rules of a survey as it was PUT; without `fatigue` it has no cooldown and asks everybody."""
    fatigue = document.get("fatigue") or {}
    return Rules(
        survey,
        timedelta(days=fatigue.get("cooldown_days") or 0),
        min(rest, MOMENT_REST) if moment_of_truth else rest,
        float(fatigue.get("sample_rate", 1)),
    )


def draw(survey: str, who: str) -> float:
    """A number in [0, 1) that is always the same for the same survey and person, and independent between surveys."""
    digest = sha256(f"{survey}\0{who}".encode("utf-8", "replace")).digest()
    return (int.from_bytes(digest[:8]) >> 11) / 2**53


def decide(rules: Rules, past: Past, drawn: float, now: datetime) -> Decision:
    """Whether to ask this person now. Days are named in the time zone of `now`.

    A time in the future (a clock that is ahead) counts as now.
    """
    last = max(past.asked.values(), default=None)
    verdicts = [
        Verdict(not past.never, "asked not to be asked again" if past.never else "did not opt out"),
        Verdict(
            not past.open_follow_up, OPEN_FOLLOW_UP if past.open_follow_up else f"{OPEN_FOLLOW_UP}: none"
        ),
        _since(last, rules.rest, now, "asked by any survey"),
        _since(past.asked.get(rules.survey), rules.cooldown, now, "cooldown"),
        _since(past.dismissed.get(rules.survey), max(DISMISSED, rules.cooldown), now, "dismissed"),
        Verdict(
            drawn < rules.sample_rate,
            f"sampling: drew {drawn:.4f}, asked are those below {rules.sample_rate:g}",
        ),
    ]
    refusal = next((verdict.text for verdict in verdicts if not verdict.passed), None)
    return Decision(refusal is None, refusal, verdicts)


def _since(moment: datetime | None, period: timedelta, now: datetime, name: str) -> Verdict:
    if moment is None or not period:
        return Verdict(True, f"{name}: no limit" if not period else f"{name}: never before")
    end = min(moment, now).astimezone(UTC) + period  # in UTC: a day is 24 hours, also when the clocks change
    until = end.astimezone(now.tzinfo)
    if now.astimezone(UTC) < end:
        return Verdict(False, f"{name} until {until.day} {until:%b %Y, %H:%M}")
    return Verdict(True, f"{name}: over since {until.day} {until:%b %Y}")
