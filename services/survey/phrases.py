"""What the widget says in its own words, in English: the one list that translations are made from. Pure.

The form hands the widget its phrases, so that the file every page loads carries one language less than all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Translate = Callable[[str], str]

PHRASES = {
    "region": "Feedback",
    "send": "Send",
    "close": "Close",
    "never": "Don’t ask me again",
    "reasons": "What was it about? (optional)",
    "comment": "Would you like to say more? (optional)",
    "privacy": "Privacy",
    "choose": "Please choose an answer.",
    "saving": "Saving…",
    "thanks": "Thank you!",
    "saved": "Your answer has been recorded.",
    "queued": "You seem to be offline. Your answer is kept here and sent as soon as there is a connection.",
    "sorry": "Sorry",
    "error": "Your answer could not be recorded.",
}
# The words at the two ends of a scale, where the survey has none of its own.
ENDS = {
    "nps": ("Not at all likely", "Extremely likely"),
    "csat": ("Very dissatisfied", "Very satisfied"),
    "ces": ("Strongly disagree", "Strongly agree"),
}
# What each step of the effort scale is called (CES 2.0).
CES_WORDS = (
    "Strongly disagree",
    "Disagree",
    "Somewhat disagree",
    "Neither agree nor disagree",
    "Somewhat agree",
    "Agree",
    "Strongly agree",
)


def english(phrase: str) -> str:
    """The phrase itself: for where there is no catalogue."""
    return phrase


def widget_texts(metric: str, translate: Translate = english) -> dict[str, Any]:
    """{key: phrase} for the widget, with `low` and `high` for the ends of the metric's scale, and for `ces` also
    `words`, one for each score. `translate` turns an English phrase into the form's language."""
    low, high = ENDS[metric]
    texts: dict[str, Any] = {key: translate(phrase) for key, phrase in PHRASES.items()}
    texts |= {"low": translate(low), "high": translate(high)}
    if metric == "ces":
        texts["words"] = [translate(word) for word in CES_WORDS]
    return texts
