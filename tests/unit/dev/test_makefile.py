"""`make status` is for people: the line that says what is wrong is the last one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_make_adds_nothing_to_what_status_says(tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text('#!/bin/sh\necho "asked: $*"\nexit 1\n')
    python.chmod(0o755)
    installed = tmp_path / ".installed"
    installed.touch()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    made = subprocess.run(
        ["make", "-s", f"VENV={tmp_path}", "-o", str(installed), "status"],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
    )
    assert (made.returncode, made.stdout, made.stderr) == (0, "asked: -m dev status\n", "")
