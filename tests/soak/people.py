"""The generator's process, and what it prints, second by second."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

from dev import children
from dev.bench import answers
from dev.temporary_stack import ROOT, Stack
from tests.e2e.collector import Api

JOURNEYS = 8
Phase = tuple[float, float]  # seconds, answers a second


def open_shop(stack: Stack) -> list[str]:
    """Journeys of one stage with one live survey each; the surveys' keys."""
    api = Api(stack)
    for journey in answers.stages(JOURNEYS):
        api.put("survey", f"/v1/journeys/{journey}", answers.journey())
        api.put("survey", f"/v1/surveys/{journey}-nps", answers.survey(journey))
    return [f"{journey}-nps" for journey in answers.stages(JOURNEYS)]


class People:
    """Answers to `surveys` at the rates of `phases`, begun when this is made; `seconds` grows with each line."""

    def __init__(self, stack: Stack, surveys: list[str], phases: list[Phase], stay: float) -> None:
        self.seconds: list[dict[str, Any]] = []
        self._file = stack.root / "acknowledged.txt"
        shape = ",".join(f"{seconds}:{rate}" for seconds, rate in phases)
        command = [sys.executable, "-m", "tests.soak.generator", stack.environment["SURVEY_PORT"]]
        command += [",".join(surveys), shape, "--stay", str(stay), "--acknowledged", str(self._file)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, preexec_fn=children.die_with_parent()
        )
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def join(self) -> set[str]:
        """Wait until everybody was served or has left; the ids of the acknowledged answers."""
        self._reading.join()
        if self._process.wait():
            raise RuntimeError("the generator ended with an error; see above")
        found = Path(self._file).read_text().split()
        self._file.unlink()
        return set(found)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.seconds.append(json.loads(line))


def statuses(seconds: list[dict[str, Any]]) -> Counter[str]:
    """How often each status, or failure, came."""
    found: Counter[str] = Counter()
    for second in seconds:
        found.update(second["statuses"])
    return found


def served(seconds: list[dict[str, Any]]) -> int:
    """How many answers were acknowledged."""
    return sum(n for status, n in statuses(seconds).items() if status in ("200", "201"))
