"""Serves the demo shop. What the query says becomes attributes of the survey: `/?survey=basket-nps&placement=corner`.

`look=hostile` adds a style sheet that reaches for everything, `look=bare` has none: the policy forbids them all.
"""

from __future__ import annotations

from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from urllib.parse import parse_qsl, urlsplit

from dev import ports

FOLDER = Path(__file__).parent
DEFAULT_SURVEY = "courier-handover-nps"
STYLES = {"hostile": ("shop.css", "hostile.css"), "plain": ("shop.css",), "bare": ()}
FILES = {"/shop.css", "/hostile.css"}
LANGUAGES_FROM_RIGHT = ("ar", "he")


class Shop(ThreadingHTTPServer):
    """The shop at a port, for surveys of the service at `survey_url`."""

    daemon_threads = True

    def __init__(self, port: int, survey_url: str) -> None:
        super().__init__((ports.LOOPBACK, port), Handler)
        self.survey_url = survey_url

    @property
    def url(self) -> str:
        return f"http://{ports.LOOPBACK}:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """One request to the shop."""

    server: Shop

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/":
            options = dict(parse_qsl(address.query))
            look = options.pop("look", "plain")
            self._answer(200, "text/html", page(self.server.survey_url, look, options), look)
        elif address.path in FILES:
            self._answer(200, "text/css", (FOLDER / address.path[1:]).read_text())
        else:
            self._answer(404, "text/plain", "There is no such page.")

    def _answer(self, status: int, mimetype: str, text: str, look: str = "bare") -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{mimetype}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", policy(self.server.survey_url, look))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the address may name a respondent."""


def policy(survey_url: str, look: str) -> str:
    """What a shop has to allow for the widget: scripts from, and requests to, the survey service's origin."""
    own = "; style-src 'self'" if STYLES.get(look) else ""
    return f"default-src 'none'; script-src {survey_url}; connect-src {survey_url}{own}"


def page(survey_url: str, look: str, options: dict[str, str]) -> str:
    """The shop's page with one survey on it. `options` are the survey's attributes, and `lang` also the page's."""
    attributes = {"survey": DEFAULT_SURVEY, "attributes": '{"region":"north"}', **options}
    lang = attributes.get("lang", "en")
    return Template((FOLDER / "page.html").read_text()).substitute(
        lang=escape(lang),
        dir="rtl" if lang in LANGUAGES_FROM_RIGHT else "ltr",
        styles="".join(f'\n  <link rel="stylesheet" href="/{name}">' for name in STYLES.get(look, ())),
        survey_url=escape(survey_url),
        survey=escape(attributes["survey"]),
        attributes=" ".join(
            f'{escape(name)}="{escape(value)}"' for name, value in attributes.items() if name.isidentifier()
        ),
    )
