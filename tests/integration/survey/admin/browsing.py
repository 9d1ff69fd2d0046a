"""Our pages as a browser without JavaScript sees them: links and forms to follow, and all text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from tests.integration.survey.conftest import Service


class Page(HTMLParser):
    """`forms`: what each would send as it stands; `focused`: the tag that has the focus; `text`: all that is seen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.links: list[str] = []
        self.buttons: list[dict[str, Any]] = []
        self.focused: dict[str, Any] = {}
        self._texts: list[str] = []
        self._into: str | None = None
        self._select: str | None = None
        self.feed(html)
        self.text = re.sub(r"\s+", " ", "".join(self._texts))

    def form(self, act: str = "") -> dict[str, Any]:
        """The fields of the one form in the page whose action ends so, except the one that signs out."""
        (found,) = [
            form
            for form in self.forms
            if form["action"].partition("#")[0].endswith(act) and "sign-out" not in form["action"]
        ]
        return dict(found["fields"])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if "autofocus" in found:
            self.focused = {"tag": tag, **found}
        if tag == "form":
            self.forms.append({"action": found.get("action") or "", "id": found.get("id"), "fields": {}})
        elif tag == "a":
            self.links.append(str(found.get("href")))
        elif tag == "button":
            self.buttons.append(found)
        elif tag == "textarea":
            self._into = str(found["name"])
            self._fields[self._into] = ""
        elif tag == "select":
            self._select = str(found["name"])
        elif tag == "option" and self._select and ("selected" in found or self._select not in self._fields):
            self._fields[self._select] = found.get("value", "")
        elif tag == "input" and (found.get("type") not in ("checkbox", "radio") or "checked" in found):
            self._fields[str(found["name"])] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("textarea", "select"):
            self._into = self._select = None

    def handle_data(self, data: str) -> None:
        if self._into:
            self._fields[self._into] += data
        self._texts.append(data)

    @property
    def _fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = self.forms[-1]["fields"]
        return fields


def get(service: Service, path: str, status: int = 200, role: str = "admin") -> Page:
    answer = service.call("GET", path, role)
    assert answer.status_code == status, answer.text
    return Page(answer.text)


def post(service: Service, path: str, status: int = 303, **fields: Any) -> Any:
    answer = service.call("POST", path, data=fields)
    assert answer.status_code == status, answer.text
    return answer if status == 303 else Page(answer.text)


def stored(service: Service, journey: str = "shop") -> Any:
    return service.call("GET", f"/v1/journeys/{journey}").json


def tag(service: Service) -> str:
    return str(service.call("GET", "/v1/journeys/shop").headers["ETag"])
