"""Calls to our services' HTTP APIs with an admin's key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import click
import requests

from shared.settings import SERVICE_PORTS, environment_value

# To connect, and to wait for an answer: a service stores a large upload before it answers.
TIMEOUT_SECONDS = (5, 600)


class Refused(click.ClickException):
    """A service answered with an error; the message is its problem document in one line."""

    def __init__(self, response: requests.Response) -> None:
        self.status = response.status_code
        self.problem = problem(response)
        super().__init__(f"{response.request.method} {response.url}: {self.problem}")


@dataclass(frozen=True)
class Api:
    """The services as the holder of `key` sees them. Paths are full: `/v1/journeys/shop`."""

    key: str

    @cached_property
    def session(self) -> requests.Session:
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.key}"
        return session

    def request(self, service: str, method: str, path: str, **more: Any) -> requests.Response:
        """The response of `service`, whatever its status."""
        return self.session.request(method, f"{url(service)}{path}", timeout=TIMEOUT_SECONDS, **more)

    def call(self, service: str, method: str, path: str, **more: Any) -> Any:
        """The JSON of a successful response; raises Refused otherwise."""
        response = self.request(service, method, path, **more)
        if response.status_code >= 400:
            raise Refused(response)
        return response.json() if response.content else None

    def items(self, service: str, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """All items of a list, page by page."""
        cursor = None
        while True:
            page = self.call(service, "GET", path, params=query | {"limit": 500, "cursor": cursor})
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return


def url(service: str) -> str:
    """Where `service` answers: SURVEY_URL, AGGREGATOR_URL, ALERTS_URL, or its port on this host."""
    name = service.upper()
    port = environment_value(f"{name}_PORT") or SERVICE_PORTS[service]
    return (environment_value(f"{name}_URL") or f"http://127.0.0.1:{port}").rstrip("/")


def key_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option `--key`, given to the command as `api`."""
    return click.option(
        "--key",
        "api",
        callback=lambda _context, _option, value: _api(value),
        help="An admin's API key; ADMIN_KEY of the environment where it is not given.",
    )(command)


def _api(key: str | None) -> Api:
    found = key or environment_value("ADMIN_KEY")
    if not found:
        raise click.UsageError("no key: give --key or set ADMIN_KEY (journeyloop keys create --role admin)")
    return Api(found)


def problem(response: requests.Response) -> str:
    """A problem document in one line: each field and what is wrong with it."""
    try:
        document = response.json()
    except ValueError:
        return f"{response.status_code} {response.reason}"
    errors = document.get("errors") or {}
    parts = [f"{path}: {_sentences(text)}" for path, text in errors.items()]
    return "; ".join(parts) or document.get("detail") or document.get("title") or str(response.status_code)


def _sentences(text: str | list[str]) -> str:
    return (" ".join(map(str, text)) if isinstance(text, list) else str(text)).removesuffix(".")
