"""Secrets in an owner's channels, and how channels are found again."""

from __future__ import annotations

from typing import Any

import pytest

from services.alerts.channels import addressed
from services.alerts.secret_texts import NothingStored, filled_in, masked, restored

OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"

OWNER: dict[str, Any] = {
    "name": "Ana",
    "channels": [
        {"kind": "email", "url": "mailto:ana@example.com"},
        {"kind": "apprise", "url": SLACK},
        {"kind": "webhook", "url": "https://hooks.example/in?key=s3cret", "secret": OLD},
        {"kind": "webhook", "url": "${env:JOURNEYLOOP_HOOK}", "secret": "${env:JOURNEYLOOP_KEY}"},
    ],
}


def test_secrets_are_masked_and_a_mask_put_back_keeps_them() -> None:
    shown = masked(OWNER)
    assert [channel["url"] for channel in shown["channels"]] == [
        "mailto:ana@example.com",
        "slack://***",
        "https://hooks.example/***",
        "${env:JOURNEYLOOP_HOOK}",
    ]
    assert [channel.get("secret") for channel in shown["channels"]] == [
        None,
        None,
        "***",
        "${env:JOURNEYLOOP_KEY}",
    ]
    assert "s3cret" not in repr(shown)
    assert restored(shown, OWNER) == OWNER


def test_a_mask_follows_its_channel_to_another_place() -> None:
    shown = masked(OWNER)
    moved = {"name": "Ana", "channels": [shown["channels"][2], shown["channels"][1]]}
    assert restored(moved, OWNER)["channels"] == [OWNER["channels"][2], OWNER["channels"][1]]


def test_a_mask_without_anything_stored_is_refused() -> None:
    document = {"channels": [{"kind": "webhook", "url": "https://other.example/", "secret": "***"}]}
    with pytest.raises(NothingStored, match=r"channels\[0\]\.secret"):
        restored(document, OWNER)


def test_environment_references_are_filled_in() -> None:
    values = {"JOURNEYLOOP_A": "x", "JOURNEYLOOP_B": "y"}
    assert filled_in("https://${env:JOURNEYLOOP_A}/${env:JOURNEYLOOP_B}", values.__getitem__) == "https://x/y"


def test_channels_are_numbered_within_their_kind() -> None:
    found = addressed.channels(OWNER)
    assert [(way.kind, way.number) for way in found] == [
        ("email", 0),
        ("apprise", 0),
        ("webhook", 0),
        ("webhook", 1),
    ]
    assert addressed.channels({"email": "b@example.com"}) == [addressed.fallback("b@example.com")]
    assert addressed.find(OWNER, "webhook", 2) is None
