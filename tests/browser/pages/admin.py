"""What an admin does on our pages, step by step, as a person finds the way: by the words that stand there."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.pages.keyboard import Keyboard


class Admin:
    """An admin's browser."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page, Keyboard(page)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def field(self, name: str) -> Locator:
        return self.page.get_by_role("textbox", name=name)

    def is_told(self, text: str) -> None:
        expect(self.page.get_by_role("status").filter(has_text=text)).to_be_visible()

    def step(self, title: str) -> Locator:
        """A step of the setup checklist."""
        heading = self.page.get_by_role("heading", name=title, exact=True)
        return self.page.get_by_role("listitem").filter(has=heading)

    def to_setup(self) -> None:
        self.page.get_by_role("navigation", name="Pages").get_by_role("link", name="Setup").click()
        expect(self.page.get_by_role("heading", level=1, name="Setup")).to_be_visible()

    def sign_in_by_keyboard(self, address: str, key: str) -> None:
        """From the first page one comes to the form; the key is pasted."""
        self.page.goto(address)
        self.keys.press(self.page.get_by_text("Use an API key instead"))
        self.keys.type(self.page.get_by_label("API key"), key)
        self.page.keyboard.press("Enter")

    def sign_in(self, address: str, key: str) -> None:
        """Come to the page at `address` by way of the form."""
        self.page.goto(address)
        self.page.get_by_text("Use an API key instead").click()
        self.page.get_by_label("API key").fill(key)
        self.button("Sign in with the key").click()

    def make_journey_by_keyboard(self, name: str, owner: str) -> None:
        self.keys.press(self.link("Make the first journey"))
        self.keys.type(self.field("Name"), name)
        self.keys.choose(self.page.get_by_label("Owner"), owner)
        self.keys.press(self.button("Make the journey"))
        self.is_told(f"{name} is there.")

    def add_stage_by_keyboard(self, name: str, owner: str) -> None:
        self.keys.press(self.link("Add the first stage"))
        self.keys.type(self.field("Name"), name)
        self.keys.choose(self.page.get_by_label("Owner"), owner)
        self.keys.press(self.button("Add the stage"))

    def add_owner(self, key: str, name: str, email: str) -> None:
        """A new owner, and a test message that arrives."""
        self.field("Key").fill(key)
        self.field("Name").fill(name)
        self.field("E-mail address").fill(email)
        self.button("Add the owner").click()
        self.button("Send a test").click()
        expect(self.page.get_by_role("region", name="Test").get_by_role("status")).to_contain_text("Arrived")

    def add_stage(self, name: str, owner: str) -> None:
        self.link("Add a stage").click()
        self.field("Name").fill(name)
        if owner:
            self.page.get_by_label("Owner").select_option(owner)
        self.button("Add the stage").click()

    def add_touchpoint(self, stage: str, name: str, *, moment_of_truth: bool = False) -> None:
        self.link(f"Add a touchpoint to {stage}").click()
        self.field("Name").fill(name)
        if moment_of_truth:
            self.page.get_by_label("A moment of truth").check()
        self.button("Add the touchpoint").click()
        expect(self.link(f"Ask at {name}")).to_be_visible()

    def draft_survey(self, touchpoint: str, metric: str) -> None:
        """From the map, by the link beside the touchpoint."""
        self.link(f"Ask at {touchpoint}").click()
        self.page.get_by_role("radio", name=metric).check()
        self.button("Make a draft").click()
        self.is_told("A draft is there")

    def name_site(self, origin: str) -> None:
        self.field("Sites that may show it").fill(origin)
        self.button("Save").last.click()
        self.is_told("Saved.")

    def go_live(self, *, any_site: bool) -> None:
        if any_site:
            self.page.get_by_label("No site is named on purpose").check()
        self.button("Go live").click()

    def import_file(self, path: Path, surveys: dict[str, str]) -> None:
        """Upload, say which value means which survey, try, and import."""
        self.page.get_by_label("CSV file").set_input_files(path)
        self.button("Upload, then name the columns").click()
        self.page.get_by_role("radio", name="A column tells").check()
        self.page.get_by_label("Column of the survey").select_option("asked_at")
        self.button("Show its values").click()
        for value, survey in surveys.items():
            self.page.get_by_label(value, exact=True).select_option(survey)
        self.button("Try the first rows").click()
