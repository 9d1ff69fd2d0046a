"""How an answer came is told to others in words that name nobody."""

from __future__ import annotations

import pytest

from services.survey.channels import FEWEST, KNOWN, channel_told, language_told, rare


@pytest.mark.parametrize("channel", [None, "web", "recovery", "import"])
def test_channels_that_are_told(channel: str | None) -> None:
    assert channel_told(channel) == channel


@pytest.mark.parametrize("channel", ["ana-mueller", "0049-171-555", "c-123"])
def test_others_are_not(channel: str) -> None:
    assert channel_told(channel) == "other"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("de", "de"),
        ("pt-BR", "pt-BR"),
        ("pt_BR", "pt-BR"),
        ("es-419", "es-419"),
        ("zh-Hant-TW", "zh-TW"),
        ("zh-Hant", "zh"),
        ("de-x-ana-mueller", "de"),
        ("en-mueller", "en"),
        ("Ana-c123", "Ana"),
        ("mueller", None),
        ("Anna-Mueller", None),
        (None, None),
    ],
)
def test_of_a_language_its_tag_and_region(sent: str | None, told: str | None) -> None:
    assert language_told(sent) == told


def test_a_channel_of_ones_own_is_told_once_enough_came_by_it() -> None:
    given = [
        ("web", 1),
        (None, 1),
        ("lobby", FEWEST - 1),
        ("lobby", 1),
        ("ana-mueller", 1),
        ("ana-mueller", 2),
    ]
    assert rare(given) == {"ana-mueller"}
    assert "web" in KNOWN
