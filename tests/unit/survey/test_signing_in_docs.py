"""The helpers in docs/surveys-in-pages.md make the signatures we take: those that can be run here are."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from services.survey.signatures import sign

DOCS = (Path(__file__).parents[3] / "docs" / "surveys-in-pages.md").read_text()
RESPONDENT = "c-123 ü"
SECRET = "tests-only-secret"
# How each language is run, and what is put behind the helper to print a signature.
RUN = {
    "python": (["python3", "-c"], f"\nprint(sig({SECRET!r}, {RESPONDENT!r}))"),
    "js": (["node", "--input-type=module", "-e"], f"\nconsole.log(sig({SECRET!r}, {RESPONDENT!r}))"),
    "php": (["php", "-r"], f"\necho sig({SECRET!r}, {RESPONDENT!r});"),
    "ruby": (["ruby", "-e"], f"\nputs sig({SECRET!r}, {RESPONDENT!r})"),
}


@pytest.mark.parametrize("language", RUN)
def test_the_helper_signs_as_we_check(language: str) -> None:
    (code,) = re.findall(rf"```{language}\n(.*?)```", DOCS, re.S)
    command, call = RUN[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} here")
    done = subprocess.run([*command, code + call], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == sign(SECRET, RESPONDENT)


def test_the_example_in_the_docs() -> None:
    assert sign(SECRET, RESPONDENT) in DOCS
