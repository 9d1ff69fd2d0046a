"""What a survey says about its follow-ups, and whose a new case is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from services.survey.forms import choose_lang

DUE_HOURS = 24
CAUSES = ("price", "quality", "delay", "staff", "information", "technical", "other")
STATES = ("open", "contacted", "resolved")
OUTCOMES = ("solved", "not_solved", "no_answer", "not_needed")

Document = Mapping[str, Any]


def _said(document: Document) -> Document:
    found: Document = document.get("follow_ups") or {}
    return found


def consent(document: Document, lang: str | None) -> str | None:
    """The words under which a customer agrees to be contacted, in the language nearest to theirs.

    None: the survey asks nobody for a contact.
    """
    words = _said(document).get("ask_contact")
    return str(words[choose_lang(words, [lang or ""])]) if words else None


def is_low(document: Document, score: int) -> bool:
    """Whether a customer who gave this score, and agreed to be contacted, gets a follow-up by itself."""
    most = _said(document).get("score_at_most")
    return most is not None and score <= most


def asks(document: Document, score: int) -> bool:
    """Whether a customer who gave this score is asked for a contact."""
    return is_low(document, score) and bool(_said(document).get("ask_contact"))


def due_at(document: Document, opened_at: datetime) -> datetime:
    """By when a case opened then has to be resolved."""
    return opened_at + timedelta(hours=_said(document).get("due_hours", DUE_HOURS))


def sharing(document: Document) -> list[str]:
    """The owners who share the survey's cases; none: they are the stage's owner's."""
    return list(_said(document).get("assign_to") or [])


def stage_owner(journey: Document, stage: str) -> str | None:
    """Who answers for the stage: its owner, else the journey's, else nobody."""
    for one in journey.get("stages") or []:
        if one["key"] == stage and one.get("owner"):
            return str(one["owner"])
    return journey.get("owner") or None


def causes(document: Document) -> list[str]:
    """What a case of the survey may be closed with: its own reasons first, then what every survey has."""
    own = [reason["key"] for reason in document.get("reasons") or []]
    return list(dict.fromkeys([*own, *CAUSES]))
