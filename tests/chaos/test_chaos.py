"""One short course in which everything goes wrong; `make chaos` has longer ones (docs/promises.md)."""

from __future__ import annotations

import ast
import os
import random
import re
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dev import ports
from dev.temporary_stack import ROOT
from tests.chaos import bugs, checks, copies, course
from tests.chaos.plan import OTHERS, OURS, Size, plan
from tests.conftest import on_apache_kafka

SIZE = Size(answers=800, stages=10, falls=2, seconds=12, kills=10)
MINUTE = Size(answers=0, stages=1, falls=0, seconds=60, kills=40)


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


def test_a_statement_that_is_aimed_at_is_still_there() -> None:
    sources = [
        path.read_text() for folder in ("services", "shared") for path in (ROOT / folder).rglob("*.py")
    ]
    aimed = {aim.statement for bug in bugs.BUGS.values() for aim in bug.aims} - {""}
    assert len(aimed) == 2
    assert {words for words in aimed if not any(words in text for text in sources)} == set()


def test_promises_name_every_mistake_and_tests_that_are_there() -> None:
    told = (ROOT / "docs/promises.md").read_text()
    assert [name for name in bugs.BUGS if f"| `{name}` |" not in told] == []
    paths = re.findall(r"`(tests/[\w/.]+)`", told)
    assert len(paths) >= len(range(1, 9))
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_a_seed_plans_the_same_course_again() -> None:
    assert plan(random.Random(7), MINUTE) == plan(random.Random(7), MINUTE)
    assert plan(random.Random(7), MINUTE) != plan(random.Random(8), MINUTE)


def test_a_plan_leaves_out_what_would_heal() -> None:
    size = replace(MINUTE, without=("again", "restart"))
    assert {fault.kind for fault in plan(random.Random(7), size)} == {"kill", *OTHERS} - {"again", "restart"}


def test_a_plan_kills_everybody_alike_and_leaves_nothing_out() -> None:
    faults = plan(random.Random(7), MINUTE)
    kills = [fault.victim for fault in faults if fault.kind == "kill"]
    assert {name: kills.count(name) for name in OURS} == dict.fromkeys(OURS, 5)
    assert {fault.kind for fault in faults} == {"kill", *OTHERS}
    assert [fault.at for fault in faults] == sorted(fault.at for fault in faults)
    assert all(3 <= fault.at <= 59 for fault in faults)


def test_what_a_sender_gave_up_on_is_counted_where_it_is_stored_and_not_missed_where_it_is_not() -> None:
    offered = [{"id": id_, "survey": "s", "score": 5} for id_ in ("taken", "lost", "in doubt", "not sent")]
    given = course.Given(offered, {"taken": 4, "lost": 5})
    stored = {"taken": 4, "in doubt": 5}
    counted = {item["id"]: item["score"] for item in given.stored(stored)}
    assert counted == {"taken": 4, "lost": 5, "in doubt": 5}
    wrong = checks.stored(stored | {"nobody's": 1}, given.acknowledged, dict.fromkeys(counted, 5))
    assert wrong == ["1 acknowledged answers are lost: lost", "1 answers nobody sent: nobody's"]
    assert checks.stored({"taken": 1}, {"taken": 4}, {"taken": 4}) == [
        "1 answers with another score than the last one acknowledged: taken"
    ]


@pytest.mark.e2e
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_course_that_is_ended_leaves_nothing_behind(how: signal.Signals, tmp_path: Path) -> None:
    environ = os.environ | {"TMPDIR": str(tmp_path)}
    course_ = subprocess.Popen([sys.executable, "-m", "tests.chaos"], cwd=ROOT, env=environ)
    ports.wait_until(lambda: any(tmp_path.glob("stack-*/.run/supervisord.conf")), "the stack's start", 60)
    course_.send_signal(how)
    assert course_.wait(120) != 0
    assert list(tmp_path.glob("stack-*")) == []
