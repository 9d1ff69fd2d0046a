"""Everything on our main pages is reached by Tab, and shows that it has the focus, on a desk and on a phone."""

from __future__ import annotations

import pytest
import requests
from playwright.sync_api import Browser

from dev.pictures import signing_in
from dev.pictures.camera import DESK, PHONE, Camera, settle
from dev.temporary_stack import Stack
from tests.browser.pages.keyboard import Keyboard

PAGES = {
    "aggregator": ("/", "/journeys/shop", "/journeys/shop/stages/delivery"),
    "alerts": ("/incidents", "/incidents/{open}", "/owners", "/owners/ana", "/owners?new=1"),
    "survey": (
        "/comments",
        "/setup",
        "/admin/journeys/shop",
        "/admin/journeys/shop/stages/delivery",
        "/admin/surveys/courier-handover-nps",
    ),
}


@pytest.fixture
def admin(lived_in: Stack) -> requests.Session:
    return signing_in.session(lived_in)


def test_everything_is_reached_by_keyboard(
    lived_in: Stack, admin: requests.Session, browser: Browser
) -> None:
    found = admin.get(f"{lived_in.url('alerts')}/v1/incidents?state=open&journey=shop", timeout=30).json()
    wrong: list[str] = []
    camera = Camera(browser, signing_in.cookies(admin))
    for viewport in (DESK, PHONE):
        with camera.page(viewport) as page:
            for service, paths in PAGES.items():
                for path in paths:
                    settle(page, lived_in.url(service) + path.format(open=found["items"][0]["id"]))
                    wrong += [f"{path}, {viewport['width']} px: {one}" for one in Keyboard(page).walk()]
    assert not wrong, "\n".join(wrong)
