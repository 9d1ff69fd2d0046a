"""What a web process with too much in hand answers: 503 and when to come again, without reading on (see `worker`)."""

from __future__ import annotations

import random
import time

import structlog

from shared import telemetry

log = structlog.get_logger()

ROUTE, ANY = "(busy)", "(any)"
RETRY_SECONDS = (5, 10)  # by chance: those sent away together are not to come back together
TOLD_SECONDS = 1.0
# For whoever watches or restarts us: they have to hear the truth when it matters most.
_ALWAYS = (b"/healthz ", b"/readyz ", b"/metrics ")
_PROBLEM = (
    b'{"type":"about:blank","title":"Too busy at the moment","status":503,'
    b'"detail":"Nothing was done. Send it again."}'
)
_PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Too busy at the moment</title><h1>Too busy at the moment</h1>
<p>Nothing was done, and nothing is lost. Please reload this page in a few seconds.</p></html>
"""


def is_always_let_in(head: bytes) -> bool:
    """Whether a request that begins with `head` is one of those who look after us."""
    target = head.partition(b" ")[2]
    return target.startswith(_ALWAYS)


def refusal(head: bytes) -> bytes:
    """The answer to a request that begins with `head`: a page for who wants one, else a problem document.

    Any page may read it: it holds nothing of anybody's, and a widget that could not would not know when to come again.
    """
    is_page = b"text/html" in head
    kind, body = (b"text/html; charset=utf-8", _PAGE) if is_page else (b"application/problem+json", _PROBLEM)
    wait = random.randint(*RETRY_SECONDS)
    lines = [
        b"HTTP/1.1 503 Service Unavailable",
        b"Content-Type: " + kind,
        b"Content-Length: %d" % len(body),
        b"Retry-After: %d" % wait,
        b"Cache-Control: no-store",
        b"X-Content-Type-Options: nosniff",
        b"Access-Control-Allow-Origin: *",
        b"Access-Control-Expose-Headers: Retry-After",
        b"Connection: close",
    ]
    return b"\r\n".join([*lines, b"", body])


class Told:
    """Counts refusals of `service`, and says so a line a second: who is too busy to answer has no time to write."""

    def __init__(self, service: str) -> None:
        self._service, self._refused, self._told_at = service, 0, 0.0

    def refused(self, in_hand: int) -> None:
        telemetry.REQUEST_SECONDS.labels(self._service, ANY, ROUTE, "503").observe(0)
        self._refused += 1
        now = time.monotonic()
        if now - self._told_at >= TOLD_SECONDS:
            log.warning("too busy", refused=self._refused, in_hand=in_hand)
            self._refused, self._told_at = 0, now
