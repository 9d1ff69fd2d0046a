"""One short course in which everything goes wrong; `make chaos` has longer ones (docs/promises.md)."""

from __future__ import annotations

import ast
import os
import random
from pathlib import Path

import pytest

from dev.temporary_stack import ROOT
from tests.chaos import bugs, copies, course
from tests.chaos.plan import OTHERS, OURS, plan
from tests.conftest import on_apache_kafka

SIZE = course.Size(answers=800, stages=10, falls=2, seconds=12, kills=10)


@pytest.mark.e2e
@pytest.mark.broker
def test_the_promises_hold() -> None:
    seed = int(os.environ.get("JOURNEYLOOP_SEED", "1"))
    found = course.run(seed, SIZE, "kafka" if on_apache_kafka() else "embedded")
    print(found)
    assert found.wrong == []
    assert found.faults["kill"] == SIZE.kills


@pytest.mark.parametrize("name", sorted(bugs.BUGS))
def test_a_mistake_can_still_be_planted(name: str, tmp_path: Path) -> None:
    for entry in ("dev", "services", "shared"):
        (tmp_path / entry).symlink_to(ROOT / entry)
    copies.disturb(tmp_path)
    bugs.plant(tmp_path, name)
    bug = bugs.BUGS[name]
    planted = (tmp_path / bug.file).read_text()
    ast.parse(planted)
    assert bug.new in planted
    assert bug.new not in (ROOT / bug.file).read_text()


def test_a_seed_plans_the_same_course_again() -> None:
    assert plan(random.Random(7), 60, 40) == plan(random.Random(7), 60, 40)
    assert plan(random.Random(7), 60, 40) != plan(random.Random(8), 60, 40)


def test_a_plan_kills_everybody_alike_and_leaves_nothing_out() -> None:
    faults = plan(random.Random(7), 60, 40)
    kills = [fault.victim for fault in faults if fault.kind == "kill"]
    assert {name: kills.count(name) for name in OURS} == dict.fromkeys(OURS, 5)
    assert {fault.kind for fault in faults} == {"kill", *OTHERS}
    assert [fault.at for fault in faults] == sorted(fault.at for fault in faults)
    assert all(3 <= fault.at <= 59 for fault in faults)
