"""A sign-in leads to our own pages only, and forms come from them only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from shared.settings import load
from shared.web.origins import comes_from_us, own_address
from tests.conftest import base_environment

SETTINGS = replace(
    load(base_environment()),
    survey_url="https://fb.example",
    aggregator_url="https://fb.example",
    alerts_url="http://127.0.0.1:8003",
)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("https://fb.example/journeys/shop?days=7#x", "https://fb.example/journeys/shop?days=7#x"),
        ("http://127.0.0.1:8003/incidents/7F3K", "http://127.0.0.1:8003/incidents/7F3K"),
        ("/setup", "https://fb.example/setup"),
        ("HTTPS://FB.example/", "https://FB.example/"),
        ("///evil.example/", "https://fb.example/evil.example/"),  # a path of ours, written out
    ],
)
def test_a_sign_in_leads_to_our_pages(wanted: str, found: str) -> None:
    assert own_address(SETTINGS, wanted) == found


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "https:\\\\evil.example",
        "https://fb.example@evil.example/",
        "https://fb.example:x@evil.example/",
        "https://user@fb.example/",
        "https://fb.example.evil.example/",
        "https://fb.example:8443/",
        "http://fb.example/",
        "http://127.0.0.1:8004/",
        "javascript:alert(1)",
        "data:text/html,x",
        " https://evil.example/",
        "/\t/evil.example/",
        "/\n/evil.example",
        "https://fb.example\t.evil.example/",
        "https://ｆb.example/",
        "https://[::1/",
        "https://fb.example:99999999/",
    ],
)
def test_a_sign_in_leads_nowhere_else(wanted: str) -> None:
    assert own_address(SETTINGS, wanted) == ""


def request(**headers: str) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    builder = EnvironBuilder(base_url="http://localhost:8001/", method="POST", headers=list(named.items()))
    return Request(builder.get_environ())


@pytest.mark.parametrize("has_token", [True, False])
@pytest.mark.parametrize(
    ("origin", "is_ours"),
    [
        ("https://fb.example", True),
        ("http://127.0.0.1:8003", True),
        ("http://localhost:8001", True),  # where the page itself was asked for
        ("http://localhost:9999", False),
        ("https://evil.example", False),
        ("https://fb.example.evil.example", False),
    ],
)
def test_an_origin_decides(origin: str, is_ours: bool, has_token: bool) -> None:
    assert comes_from_us(SETTINGS, request(Origin=origin), has_token=has_token) is is_ours


def test_a_hidden_origin_needs_the_token_or_the_browsers_word() -> None:
    assert comes_from_us(SETTINGS, request(Origin="null"), has_token=True)
    assert not comes_from_us(SETTINGS, request(Origin="null"), has_token=False)
    same = request(Origin="null", Sec_Fetch_Site="same-origin")
    assert comes_from_us(SETTINGS, same, has_token=False)
    assert not comes_from_us(SETTINGS, request(Sec_Fetch_Site="cross-site"), has_token=False)
    assert comes_from_us(SETTINGS, request(), has_token=False), "a program, not a browser"
