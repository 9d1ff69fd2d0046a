"""The widget in a page: its size on the wire, and what parsing and starting it cost a browser."""

from __future__ import annotations

import gzip
from statistics import median
from typing import Any

from dev import browser
from dev.bench.figures import Figure
from dev.bench.scale import Scale
from dev.bench.system import ROOT

FILE = ROOT / "services" / "survey" / "static" / "embed.js"
MOST_BYTES = 6_144
BESIDE = "48.7 kB: PostHog's survey module, on top of 122 kB"

# As a function, because a module can't be parsed again without being fetched again; a comment defeats the cache.
PARSE = """([code, rounds]) => {
  const times = []
  for (let round = 0; round < rounds; round++) {
    const text = code + '//' + round
    const began = performance.now()
    new Function(text)
    times.push(performance.now() - began)
  }
  return times
}"""
# From the import to an element that is defined and waits for its trigger; nothing is fetched.
START = """async (code) => {
  document.body.append(document.createElement('journeyloop-survey'))
  document.body.firstChild.setAttribute('trigger', 'manual')
  const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }))
  const began = performance.now()
  await import(address)
  return performance.now() - began
}"""


def measure(scale: Scale) -> list[Figure]:
    """Size, parse and start-up; the last two only where there is a browser."""
    code = FILE.read_text()
    packed = len(gzip.compress(code.encode(), 9))
    limit = "the states, their style sheet and the queue; phrases come with the form"
    size = Figure(
        "widget: embed.js, gzipped",
        f"{packed:,} B",
        BESIDE,
        None,
        f"≤ {MOST_BYTES:,} B",
        packed <= MOST_BYTES,
        limit,
    )
    path = browser.find()
    return [size, *(_times(path, code, scale.rounds) if path else [])]


def _times(path: str, code: str, rounds: int) -> list[Figure]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=browser.ARGUMENTS)
        parses = _in_page(chromium, PARSE, [_as_function(code), 20 * rounds])
        starts = [_in_page(chromium, START, _without_address(code)) for _ in range(5 * rounds)]
        version = chromium.version
        chromium.close()
    return [
        _figure("widget: parse", median(parses), f"Chromium {version}"),
        _figure("widget: start-up (parse, run, define the element)", median(starts), f"Chromium {version}"),
    ]


def _in_page(chromium: Any, script: str, argument: object) -> Any:
    page = chromium.new_page()
    page.goto("about:blank")
    found = page.evaluate(script, argument)
    page.close()
    return found


def _as_function(code: str) -> str:
    return _without_address(code[: code.rindex("export{")])


def _without_address(code: str) -> str:
    """A module from memory has no address that others could be resolved against."""
    return code.replace("import.meta.url", "'http://localhost/embed.js'")


def _figure(what: str, milliseconds: float, beside: str) -> Figure:
    return Figure(what, f"{milliseconds:.2f} ms", beside, None, "", None, "V8, on this machine")
