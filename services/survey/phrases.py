"""What we say to customers in our own words, in English: the one list that translations are made from. Pure.

The form hands the widget its phrases, so that the file every page loads carries one language less than all of them.
After a change here: `make languages`, then translate what it leaves empty (`services/survey/locale`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
    "contact": "May we get in touch?",
}
# What only the hosted page and the e-mail say. Words in braces are filled in.
PAGE = {
    "problem": "Your answer has not been sent yet.",
    "too_long": "Your comment is too long: at most {limit} characters.",
    "again": "Please check your answer and send it again.",
    "changed_text": "Your new answer has been recorded.",
    "change": "Change my answer",
    "answered": "You answered {score}. Change it?",
    "answered_text": "You can change your answer for 24 hours after you gave it.",
    "final": "You have answered already",
    "final_text": "Your answer can no longer be changed. Thank you!",
    "draft": "This survey has not started yet",
    "draft_text": "Please come back later.",
    "paused": "This survey is taking a break",
    "paused_text": "It takes no answers at the moment. Thank you for wanting to tell us.",
    "archived": "This survey is closed",
    "archived_text": "It takes no more answers. Thank you for wanting to tell us.",
    "expired": "This link is no longer valid",
    "expired_text": "It was meant for answers until {day}. Thank you for wanting to tell us.",
    "unknown": "There is no such survey",
    "unknown_text": "The link may be incomplete or old.",
    "unsubscribe_text": "We will show you and send you no more surveys.",
    "unsubscribed": "You will not be asked again",
    "unsubscribed_text": "Was that a mistake?",
    "resubscribe": "You may ask me again",
    "resubscribed": "Thank you, we may ask you again",
    "contact_text": "Someone would like to put this right with you. Your address is used for that only.",
    "contact_email": "E-mail address",
    "contact_name": "Name (optional)",
    "contact_wrong": "Please write an e-mail address.",
    "contact_agree": "Please tick that we may contact you.",
    "contact_saved": "We will get in touch with you.",
    "mail_hint": "Choose a number to open the survey. Your answer counts once you press Send.",
    "mail_text": "Answer here:",
    "unsubscribe": "Unsubscribe",
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


def every_phrase() -> Iterator[str]:
    """Each phrase once, in the order of this page."""
    ends = [word for pair in ENDS.values() for word in pair]
    yield from dict.fromkeys([*PHRASES.values(), *PAGE.values(), *ends, *CES_WORDS])


def widget_texts(metric: str, translate: Translate = english) -> dict[str, Any]:
    """{key: phrase} for the widget, with `low` and `high` for the ends of the metric's scale, and for `ces` also
    `words`, one for each score. `translate` turns an English phrase into the form's language."""
    low, high = ENDS[metric]
    texts: dict[str, Any] = {key: translate(phrase) for key, phrase in PHRASES.items()}
    texts |= {"low": translate(low), "high": translate(high)}
    if metric == "ces":
        texts["words"] = [translate(word) for word in CES_WORDS]
    return texts


def page_texts(translate: Translate = english) -> dict[str, str]:
    """{key: phrase} for the hosted page and the e-mail."""
    return {key: translate(phrase) for key, phrase in (PHRASES | PAGE).items()}
