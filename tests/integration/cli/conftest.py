"""The command line, run inside the test's own process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.cli import run

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs `journeyloop …` in this process: exit code, output, errors."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("ADMIN_KEY", raising=False)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(list(arguments))
        return code, *capsys.readouterr()

    return call
