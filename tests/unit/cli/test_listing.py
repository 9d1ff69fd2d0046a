"""What differs, as lines: never with a secret in them."""

from __future__ import annotations

from typing import Any

import pytest

from services.cli.documents import Item, differences
from services.cli.listing import show

HOOK = {"kind": "webhook", "url": "https://hooks.example.com/in?token=S3CRET", "secret": "whsec_S3CRET"}
SLACK = {"kind": "apprise", "url": "slack://S3CRET/S3CRET/S3CRET"}


def shown(capsys: pytest.CaptureFixture[str], before: Any, after: Any) -> str:
    show((Item("owners", ("ana",), {}), list(differences(before, after))))
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ([HOOK], [HOOK | {"secret": "whsec_S3CRETer"}], "channels[0]: (secret, changed)"),
        ([HOOK], [HOOK | {"url": HOOK["url"] + "er"}], "channels[0]: (secret, changed)"),
        ([SLACK], [{"kind": "apprise", "url": "slack://S3CRETer"}], "channels[0]: (secret, changed)"),
        ([HOOK], [HOOK, SLACK], "+ channels[1]: {kind: apprise, url: 'slack://***'}"),
        ([HOOK, SLACK], [HOOK], "- channels[1]: {kind: apprise, url: 'slack://***'}"),
        (None, [HOOK], "+ channels[0]: {kind: webhook, secret: '***', url: 'https://hooks.example.com/***'}"),
        ([HOOK], [{"kind": "email", "url": "mailto:ana@example.com"}], "mailto:ana@example.com"),
        ([HOOK], [{"kind": "email", "url": "https://example.com/?S3CRET"}], "https://***"),
        ([HOOK], [{"kind": "webhook", "url": "https://[S3CRET", "secrt": "S3CRET"}], "url: '***'"),
        ([HOOK], "S3CRET", "***"),
        ([HOOK], ["S3CRET", 7], "***"),
        ([HOOK], {"kind": ["S3CRET"], "url": "S3CRET"}, "***"),
    ],
)
def test_secrets_of_channels_are_masked(
    capsys: pytest.CaptureFixture[str], before: Any, after: Any, line: str
) -> None:
    out = shown(capsys, {"channels": before}, {"channels": after})
    assert line in out
    assert "S3CRET" not in out


def test_what_an_owner_cannot_have_is_masked_too(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, {"name": "Ana"}, {"name": "Anna", "chanels": [HOOK], "webhook": "S3CRET"})
    assert "name: Ana → Anna" in out
    assert "S3CRET" not in out
