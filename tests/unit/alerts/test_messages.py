"""What the messages say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import default

import pytest

from services.alerts.channels import email
from services.alerts.messages.compose import message, message_for_test
from services.alerts.messages.story import Cause, Elsewhere, Ending, Figure, Grown, Part, Story
from shared import wording
from tests.unit.alerts.stories import CAUSE, OVER, opened, resolved

NOON = datetime(2025, 11, 16, 12, tzinfo=UTC)

EXPECTED = """\
Ana, customers rate Delivery (Shop journey) clearly lower since Thursday 13 Nov, 14:00 CET.

Before   41   (40 to 42)   17,240 answers
Since    22   (11 to 33)      240 answers   [95 % intervals]

Where the 19 points come from
  Courier hand-over (moment of truth)   −15   mostly region North
  Order tracking                         −2
  Others                                 −1   (each within noise)
  Different mix                          −1   (not a real change)

Reasons given: late 61, damaged 19.

How sure: a healthy stage raises such an alarm less than once in two years.

Open the incident:
https://fb.example/incidents/7F3K2M9Q?t=signed

You get this because you own Delivery.
"""


def test_an_opening_in_full() -> None:
    told = message([opened()])
    assert told.subject == "Delivery NPS down 19 to 22 since Thu 13 Nov"
    assert told.text == EXPECTED


def test_the_foot_leads_to_silence_and_settings() -> None:
    links = Elsewhere(
        "https://fb.example/silences?journey=shop&stage=delivery", "https://fb.example/owners/ana"
    )
    told = message([opened(elsewhere=links)])
    foot = f"You get this because you own Delivery.\n\nSilence: {links.silence}\nSettings: {links.settings}\n"
    assert told.text == EXPECTED.replace("You get this because you own Delivery.\n", foot)


ONLY_MIX = Cause((), -1, -18, "mix", Grown("plan free", 0.2, 0.6))


def test_a_moved_mix_blames_nobody() -> None:
    told = message([opened(cause=ONLY_MIX)])
    assert told.subject == "Delivery NPS down 19 to 22 since Thu 13 Nov: different mix"
    assert told.text.startswith(
        "Ana, the NPS of Delivery (Shop journey) is lower since Thursday 13 Nov, 14:00 CET, but only because other "
        "customers answer: nobody rates it clearly lower than before.\n"
    )
    assert (
        """
Where the 19 points come from
  Different mix              −18   (not a real change)
  All touchpoints together    −1   (within noise)

More answers come from plan free: 20 % of all before, 60 % since.
"""
        in told.text
    )
    assert told.chat.splitlines()[1] == (
        "Different mix −18, not a real change. All touchpoints together −1, within noise."
    )


def test_an_opening_sent_again_after_its_end_says_so() -> None:
    told = message([opened(resolved_at=OVER.closed_at)])
    over = "This was resolved on Tuesday 25 Nov, 14:00 CET."
    assert told.text.startswith(f"Ana, {told.sections[0].sentence[5:]}\n")
    assert told.sections[0].sentence.endswith(f"14:00 CET. {over}")
    assert told.chat.splitlines()[1].startswith(f"{over} Courier hand-over")
    assert told.payload["data"]["closed_at"] == "2025-11-25T13:00:00.000000Z"
    assert "This was resolved" not in message([opened()]).text
    assert "This was resolved" in message([opened(kind="repeated", resolved_at=OVER.closed_at)]).text


def test_a_segment_that_fell_everywhere_leads() -> None:
    text = message([opened(cause=Cause((Part("plan pro", -18),), -1, 0, "segment"))]).text
    assert (
        """
Where the 19 points come from
  plan pro   −18   (at all touchpoints)
  Others      −1   (each within noise)
"""
        in text
    )


@pytest.mark.parametrize(
    ("story", "subject"),
    [
        (
            opened(
                metric="csat", before=Figure(78.4, 77, 80, 900), since=Figure(61.2, 50, 70, 80), cause=None
            ),
            "Delivery CSAT down 17 points to 61 % since Thu 13 Nov",
        ),
        (opened(audience="employee"), "Delivery employee NPS down 19 to 22 since Thu 13 Nov"),
        (opened(since=Figure(-7.5, -20, 5, 50), cause=None), "Delivery NPS down 49 to −8 since Thu 13 Nov"),
        (opened(since=None, cause=None), "Delivery NPS down since Thu 13 Nov"),
        (opened(since=Figure(44, 30, 55, 90), cause=None), "Delivery NPS down since Thu 13 Nov"),
        (
            opened(told_at=datetime(2026, 1, 2, tzinfo=UTC)),
            "Delivery NPS down 19 to 22 since Thu 13 Nov 2025",
        ),
        (resolved(), "Delivery NPS back at 40 after 12 days"),
        (resolved(replace(OVER, back=None)), "Delivery NPS back to normal after 12 days"),
        (
            resolved(replace(OVER, replaced=True)),
            "Delivery NPS: questions replaced after 12 days, the drop cannot be followed",
        ),
        (
            resolved(replace(OVER, by_person=True, outcome="new_normal")),
            "Delivery NPS at 40 after 12 days: taken as the new normal",
        ),
        (
            resolved(Ending(OVER.closed_at, True, "false_alarm")),
            "Delivery NPS called a false alarm after 12 days",
        ),
    ],
)
def test_subjects(story: Story, subject: str) -> None:
    assert message([story]).subject == subject


def test_only_openings_say_down() -> None:
    others = [
        resolved(),
        resolved(replace(OVER, by_person=True, outcome="fixed")),
        resolved(replace(OVER, replaced=True)),
        resolved(replace(OVER, back=None)),
    ]
    assert not [told for story in others if "down" in (told := message([story]).subject)]
    assert "down" not in message(others).subject
    assert "down" not in message_for_test("ana", "Ana", "now").subject


def test_messages_due_together_become_one_led_by_the_opening() -> None:
    told = message(
        [resolved(incident="AAAA1111"), opened(), opened(incident="BBBB2222", stage_name="Returns")]
    )
    assert told.subject == "Delivery NPS down 19 to 22 since Thu 13 Nov and 2 more"
    assert told.text.count("Open the incident:") == 3
    assert [told.payload["data"]["incident"], *(m["incident"] for m in told.payload["data"]["merged"])] == [
        "7F3K2M9Q",
        "BBBB2222",
        "AAAA1111",
    ]


def test_without_a_cause_the_message_says_so() -> None:
    text = message([opened(cause=None)]).text
    assert "What it comes from is not known yet" in text
    assert "Where the" not in text


def test_a_resolution_names_lowest_point_and_what_was_done() -> None:
    note = "New courier\ncontract"
    text = message([resolved(replace(OVER, by_person=True, outcome="fixed", note=note))]).text
    assert "Lowest" in text
    assert "What was done: New courier contract" in text


def test_the_fallback_is_told_why() -> None:
    text = message([opened(because="fallback", addressee=None)]).text
    assert text.startswith("Customers rate Delivery")
    assert "no owner who can be reached" in text


def test_chat_is_two_lines_and_a_link() -> None:
    assert message([opened()]).chat.splitlines() == [
        "Delivery NPS down 19 to 22 since Thu 13 Nov",
        "Courier hand-over (moment of truth) −15, mostly region North. Order tracking −2.",
        "https://fb.example/incidents/7F3K2M9Q?t=signed",
    ]


def test_names_cannot_write_headers_or_markup() -> None:
    evil = wording.clean("Delivery\r\nBcc: all@example.com <script>alert(1)</script>")
    told = message([opened(stage_name=evil)])
    letter = email.mail(
        replace(told, subject=f"{told.subject}\r\nX-Evil: 1"),
        to="ana@example.com",
        mail_from="journeyloop@example.com",
        notification_id="n-1",
        earlier=[],
        list_name="shop",
        now=NOON,
    )
    parsed = BytesParser(policy=default).parsebytes(letter.as_bytes())
    assert parsed["Bcc"] is None
    assert parsed["X-Evil"] is None
    page = parsed.get_body(("html",))
    assert page is not None
    assert "<script>" not in page.get_content()


def test_mails_thread_under_the_one_that_opened() -> None:
    letter = email.mail(
        message([resolved()]),
        to="ana@example.com",
        mail_from="journeyloop@mail.example",
        notification_id="n-2",
        earlier=["n-1"],
        list_name="shop",
        now=NOON,
    )
    assert letter["Message-ID"] == "<n-2@mail.example>"
    assert letter["In-Reply-To"] == letter["References"] == "<n-1@mail.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("per_year", "words"),
    [
        (0.5, "less than once in two years"),
        (0.25, "less than once in four years"),
        (1, "less than once a year"),
        (0.1, "less than once in ten years"),
        (4, "less than 4 times a year"),
        (0.4, "less than once in 2.5 years"),
    ],
)
def test_how_sure(per_year: float, words: str) -> None:
    assert wording.how_often(per_year) == words


def test_the_example_adds_up() -> None:
    assert CAUSE.change == -19
