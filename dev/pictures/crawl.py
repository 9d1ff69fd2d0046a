"""All pages of an installation, found as a person finds them: by the links from the first page on. No GET acts."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib import import_module
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from dev.temporary_stack import Stack
from shared.settings import load

SERVICES = ("survey", "aggregator", "alerts")
# Of pages that differ by their key only, this many are enough (by their filters: one); a stage's states are all wanted.
ALIKE = 2
ALIKE_OF = {"/journeys/<journey>/stages/<stage>": 12, "/incidents/<incident>": 4}
TIMEOUT = 30


@dataclass(frozen=True)
class Address:
    """A page's address, and the route that serves it."""

    service: str
    rule: str
    path: str  # with its query

    @property
    def name(self) -> str:
        """Fit for a file: journeys-shop-stages-delivery."""
        kept = "".join(c if c.isalnum() else "-" for c in self.path)
        return "-".join(part for part in kept.split("-") if part)[:80] or "journeys-all"


@dataclass
class Crawl:
    """Walks the pages of a stack with somebody's session."""

    stack: Stack
    session: requests.Session
    adapters: dict[str, MapAdapter] = field(default_factory=dict)
    pages: dict[str, set[str]] = field(default_factory=dict)
    visited: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for service in SERVICES:
            app = _app(self.stack, service)
            self.adapters[service] = app.url_map.bind("")
            self.pages[service] = {
                rule.rule
                for rule in app.url_map.iter_rules()
                if "GET" in (rule.methods or ())
                and getattr(app.view_functions[rule.endpoint], "is_page", False)
            }
            app.extensions["journeyloop"].pool.close()

    def addresses(self, first: str = "/") -> Iterator[Address]:
        """Each page that can be reached, a few of those that are alike."""
        waiting, seen = deque([self.stack.url("aggregator") + first]), set[str]()
        alike: Counter[tuple[str, ...]] = Counter()
        while waiting:
            url = waiting.popleft().partition("#")[0]
            address = self._address(url)
            if url in seen or address is None:
                continue
            seen.add(url)
            names = sorted(name for name, _ in parse_qsl(urlsplit(url).query))
            kind = (address.service, address.rule, *names)
            alike[kind] += 1
            if alike[kind] > (1 if names else ALIKE_OF.get(address.rule, ALIKE)):
                continue
            answer = self.session.get(url, timeout=TIMEOUT)
            if answer.status_code != 200:
                raise AssertionError(f"a link leads to {url}: {answer.status_code}")
            self.visited.add((address.service, address.rule))
            if address.rule.endswith("/frame"):  # a mail within a page
                continue
            if "text/html" not in answer.headers.get("Content-Type", ""):
                continue
            yield address
            waiting.extend(urljoin(url, link) for link in links(answer.text))

    def missing(self) -> set[tuple[str, str]]:
        """Pages (service, route) that no link led to so far."""
        return {(service, rule) for service, rules in self.pages.items() for rule in rules} - self.visited

    def _address(self, url: str) -> Address | None:
        parts = urlsplit(url)
        service = next(
            (name for name in SERVICES if self.stack.url(name) == f"{parts.scheme}://{parts.netloc}"), None
        )
        if service is None:
            return None
        try:
            rule, _ = self.adapters[service].match(parts.path, "GET", return_rule=True)
        except HTTPException:
            raise AssertionError(f"a link leads nowhere: {url}") from None
        if rule.rule not in self.pages[service]:
            return None
        return Address(service, rule.rule, parts.path + (f"?{parts.query}" if parts.query else ""))


def links(html: str) -> list[str]:
    """Where the links of a page lead, and what it shows in frames."""
    found = _Links()
    found.feed(html)
    return found.found


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        address = given.get({"a": "href", "iframe": "src"}.get(tag, ""))
        if address:
            self.found.append(address)


def _app(stack: Stack, service: str) -> Flask:
    environment = stack.environment
    made: Flask = import_module(f"services.{service}.app").create_app(load(environment))
    return made
