"""Browser tests that were left out for want of a browser: said loudly, and a failure where a browser is required."""

from __future__ import annotations

import os

import pytest

from dev.browser import MISSING


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With JOURNEYLOOP_BROWSER=required (CI), leaving out a browser test fails the run."""
    if os.environ.get("JOURNEYLOOP_BROWSER") == "required" and _count(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How many were left out, where nobody can miss it."""
    count = _count(terminalreporter.config)
    if count:
        terminalreporter.section(
            f"{count} BROWSER TESTS WERE LEFT OUT: {MISSING}", sep="!", red=True, bold=True
        )


def _count(config: pytest.Config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    return sum(MISSING in str(report.longrepr) for report in skipped)
