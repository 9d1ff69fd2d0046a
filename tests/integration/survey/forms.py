"""Reads our plain pages as a browser without JavaScript does."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class Form(HTMLParser):
    """The one form of a page: `fields` are what it would send as it stands, `words` all text that is seen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, Any] = {}
        self.action = ""
        self.words: list[str] = []
        self._unseen = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self._unseen = tag in ("style", "script")
        if tag == "form":
            self.action = str(found["action"])
        if tag == "input" and (found["type"] == "hidden" or "checked" in found):
            self.fields[str(found["name"])] = found["value"]
        if tag == "button" and found.get("name"):
            self.fields[str(found["name"])] = found["value"]
        self.words += [
            str(found[name]) for name in ("aria-label", "title", "alt", "placeholder") if name in found
        ]

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._unseen:
            self.words.append(data.strip())
