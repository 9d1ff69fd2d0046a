"""The widget's file: what the source builds, small, and harmless where there is no browser."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "services" / "survey" / "widget"
BUILT = ROOT / "services" / "survey" / "static" / "embed.js"
MOST_BYTES = 6_144

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js")
needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="no npm")


def test_at_most_6144_bytes_gzipped() -> None:
    assert len(gzip.compress(BUILT.read_bytes(), 9)) <= MOST_BYTES


def test_it_brings_nothing_that_a_strict_policy_forbids() -> None:
    text = BUILT.read_text()
    assert not re.search(
        r"\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write|document\.cookie", text
    )
    assert not re.search(r"\bimport\b(?!\.meta)", text)
    assert "//" not in re.sub(r'"[^"]*"|`[^`]*`', "", text)


@needs_npm
def test_it_is_what_the_source_builds() -> None:
    if not (SOURCE / "node_modules" / "esbuild").exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=SOURCE, check=True, capture_output=True)
    result = subprocess.run(["npm", "run", "-s", "check"], cwd=SOURCE, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_the_lock_names_no_address() -> None:
    for folder in (SOURCE, ROOT / "dev" / "node_browser"):
        assert '"resolved"' not in (folder / "package-lock.json").read_text()


@needs_node
def test_importing_it_on_a_server_does_nothing() -> None:
    script = "const m = await import(process.argv[1]); console.log(Object.keys(m).sort().join())"
    command = ["node", "--input-type=module", "-e", script, BUILT.as_uri()]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.stdout.strip(), result.stderr) == ("flush,mount,on,open", "")


@needs_npm
def test_types_name_every_export() -> None:
    types = (SOURCE / "embed.d.ts").read_text()
    assert set(re.findall(r"export function (\w+)", types)) == {"flush", "mount", "on", "open"}
