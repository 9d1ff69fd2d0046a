"""What somebody typed and did not save is not lost by another button of the page."""

from __future__ import annotations

from playwright.sync_api import Dialog, expect

from dev.temporary_stack import Stack
from tests.browser.pages.admin import Admin
from tests.browser.pages.conftest import Visit


def test_the_browser_asks_before_typed_words_are_lost(stack: Stack, visit: Visit) -> None:
    admin = Admin(visit())
    admin.sign_in_by_keyboard(stack.url("aggregator"), stack.environment["ADMIN_KEY"])
    page, asked = admin.page, []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    admin.to_setup()
    expect(page.get_by_role("heading", name="Setup", exact=True)).to_be_visible()
    page.goto(stack.url("alerts") + "/owners?new=1")
    admin.field("Name").fill("Zoe Unsaved")
    admin.link("Cancel").click(no_wait_after=True)
    expect(admin.field("Name")).to_have_value("Zoe Unsaved")
    assert asked == ["beforeunload"]
    admin.field("E-mail address").fill("zoe@shop.example")
    admin.button("Add the owner").click()
    expect(page.get_by_role("heading", name="Zoe Unsaved", exact=True)).to_be_visible()
    assert asked == ["beforeunload"], "a form that is sent loses nothing"
