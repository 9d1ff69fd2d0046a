"""What is said while nobody acknowledges: in the opening, in reminders and in the escalation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from services.alerts.messages.compose import message
from services.alerts.messages.following import Following
from services.alerts.messages.story import Figure
from tests.unit.alerts.stories import ZONE, opened

REMINDED = Following(
    goes_to="Ben",
    goes_at=datetime(2025, 11, 18, 8, 40, tzinfo=ZONE),
    again_at=datetime(2025, 11, 24, 9, tzinfo=ZONE),
    first="Ana",
    first_told_at=datetime(2025, 11, 16, 9, tzinfo=ZONE),
)


def test_an_opening_says_what_comes_next() -> None:
    text = message([opened(following=REMINDED)]).text
    assert text.endswith(
        "\nNot acknowledged by Tue 08:40: goes to Ben. You get this because you own Delivery.\n"
    )
    taken = replace(REMINDED, goes_at=None, acknowledged_by="Eve")
    assert "\nAcknowledged by Eve. You get this" in message([opened(following=taken)]).text


def test_an_opening_says_what_kept_it() -> None:
    kept = Following(silence="sale", silence_why="Summer sale")
    text = message([opened(following=kept)]).text
    assert (
        "It opened on Sunday 16 Nov, 09:00 CET; a silence kept this message until now: Summer sale." in text
    )
    kept = Following(silence="sale")
    assert "; a silence kept this message until now." in message([opened(following=kept)]).text


def test_a_reminder_in_words() -> None:
    told = message([opened(kind="repeated", following=REMINDED)])
    assert told.subject == "Delivery NPS still 19 lower, at 22, since Thu 13 Nov"
    assert told.text.startswith(
        "Ana, nobody has acknowledged this yet. Customers rate Delivery (Shop journey) clearly lower since "
    )
    assert "Before   41" in told.text
    assert told.text.endswith(
        "Not acknowledged by Tue 08:40: goes to Ben. The next reminder comes Mon 24 Nov, 09:00. "
        "You get this because you own Delivery.\n"
    )


def test_an_escalation_in_words() -> None:
    before = replace(REMINDED, goes_at=None, again_at=None)
    told = message([opened(kind="escalated", addressee="Ben", because="escalation", following=before)])
    assert told.subject == "Escalated: Delivery NPS 19 lower, at 22, since Thu 13 Nov"
    assert told.text.startswith(
        "Ben, Ana was told on Sunday 16 Nov, 09:00 CET and has not acknowledged it. Customers rate Delivery"
    )
    assert told.text.endswith("\nYou get this because Ana named you for what is not acknowledged.\n")
    assert told.chat.splitlines() == [
        "Escalated: Delivery NPS 19 lower, at 22, since Thu 13 Nov",
        "Courier hand-over (moment of truth) −15, mostly region North. Order tracking −2.",
        "https://fb.example/incidents/7F3K2M9Q?t=signed",
    ]


@pytest.mark.parametrize("kind", ["repeated", "escalated"])
@pytest.mark.parametrize("since", [None, Figure(44, 30, 55, 90), Figure(22.3, 11, 33, 240)])
def test_no_reminder_says_down(kind: str, since: Figure | None) -> None:
    story = opened(kind=kind, since=since, cause=None, following=REMINDED)
    assert "down" not in message([story]).subject
    assert message([story, opened()]).subject.startswith("Delivery NPS down ")
