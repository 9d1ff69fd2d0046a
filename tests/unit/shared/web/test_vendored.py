"""What is vendored is what its README says: the file of that version, unchanged, with its licence."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

FOLDER = Path(__file__).parents[4] / "shared/web/static/vendor/uplot"
README = (FOLDER / "README.md").read_text()
STATED = dict(re.findall(r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", README, re.M))


def test_each_file_has_the_hash_that_the_readme_states() -> None:
    files = {path.name for path in FOLDER.iterdir()} - {"README.md"}
    assert {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in files} == STATED


def test_the_licence_is_here_and_the_version_is_the_one_stated() -> None:
    [version] = re.findall(r"\| version \| `([\d.]+)` \|", README)
    assert f"(v{version})" in (FOLDER / "uPlot.iife.min.js").read_text()[:80]
    assert "MIT License" in (FOLDER / "LICENSE").read_text()
