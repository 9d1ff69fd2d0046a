"""What may be done at each door without a key or a sign-in, and what guards it instead. All else needs a role."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import Flask

from tests.integration.test_every_page import UNSAFE, _marked

# Whoever adds a public view writes here why anybody may call it; the tests of this folder know no other.
PUBLIC = {
    "survey": {
        "GET /healthz": "says that the process answers",
        "GET /readyz": "names what is not ready, and nothing of anybody",
        "GET /metrics": "sums; the gateway keeps it inside",
        "GET /embed.js": "the widget",
        "GET /embed-<digest>.js": "the widget",
        "GET /embed.json": "the widget's version",
        "GET /embed.d.ts": "the widget's types",
        "GET /v1/surveys/<survey>/form": "a question that is asked in public",
        "POST /v1/surveys/<survey>/responses": "the public door",
        "POST /v1/surveys/<survey>/impressions": "counts a display",
        "PATCH /v1/responses/<uuid:id>": "the answer's edit token",
        "POST /v1/responses/<uuid:id>/amend": "the answer's edit token",
        "GET /s/<survey>": "the public door as a page",
        "POST /s/<survey>": "the public door as a page",
        "GET /s/<survey>/qr.<any(svg, png):kind>": "the address of a public page as a picture",
        "GET /s/<survey>/contact": "the answer's contact token",
        "POST /s/<survey>/contact": "the answer's contact token",
        "GET /s/<survey>/unsubscribe": "the link's token",
        "POST /s/<survey>/unsubscribe": "the link's token",
        "GET /sign-in": "a form",
        "POST /sign-in": "mails a link, or takes a key",
        "GET /sign-in/link": "the mailed token",
        "POST /sign-in/link": "the mailed token",
        "GET /admin/surveys/<survey>/preview/<token>/frame": "the preview's token",
        "GET /admin/surveys/<survey>/preview/<token>/page": "the preview's token",
        "POST /admin/surveys/<survey>/preview/<token>/page": "the preview's token",
        "GET /admin/surveys/<survey>/preview/<token>/v1/surveys/<asked>/form": "the preview's token",
        "POST /admin/surveys/<survey>/preview/<token>/v1/surveys/<asked>/responses": "the preview's token",
        "POST /admin/surveys/<survey>/preview/<token>/v1/responses/<uuid:id>/amend": "the preview's token",
    },
    "aggregator": {
        "GET /healthz": "says that the process answers",
        "GET /readyz": "names what is not ready, and nothing of anybody",
        "GET /metrics": "sums; the gateway keeps it inside",
    },
    "alerts": {
        "GET /healthz": "says that the process answers",
        "GET /readyz": "names what is not ready, and nothing of anybody",
        "GET /metrics": "sums; the gateway keeps it inside",
        "GET /incidents/<incident>": "the message's token, read-only for 7 days; else a sign-in",
    },
}
# Files of our own pages, and the documentation.
FILES = ("/static/", "/docs", "/openapi.json")


class Door(NamedTuple):
    """One method of one address, with the role it needs: `public`, or None where nobody said."""

    service: str
    method: str
    rule: str
    access: str | None
    is_page: bool

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule}"

    @property
    def is_unsafe(self) -> bool:
        return self.method in UNSAFE


def doors(app: Flask) -> Iterator[Door]:
    """All that can be asked of a service, but for its files."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if not rule.rule.startswith(FILES) or method != "GET":
                yield Door(
                    app.name, method, rule.rule, _marked(view, "access"), bool(_marked(view, "is_page"))
                )
