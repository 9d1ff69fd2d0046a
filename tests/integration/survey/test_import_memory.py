"""A large file passes through the web process and the worker piece by piece."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psutil
import pytest
import requests

from dev import ports
from services.survey import SCHEMA
from shared.access import create_key
from shared.db import connect
from shared.settings import Settings
from tests.integration.survey.maps import add_map
from tests.processes import Processes

MEGABYTE = 1 << 20
FILE_MEGABYTES = 40
MOST_GROWTH = 20
ROW = f"7,{'a long comment ' * 270}\n"
MAPPING = {"survey": "delivery-nps", "columns": {"score": "rating", "comment": "words"}}
PATIENCE_SECONDS = 120


@pytest.fixture
def file() -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as stream:
        stream.write(b"rating,words\n")
        stream.write(ROW.encode() * (FILE_MEGABYTES * MEGABYTE // len(ROW)))
        stream.seek(0)
        yield stream


def peak(pid: int) -> int:
    """The most memory a process and its children ever held, in MB."""
    family = [psutil.Process(pid), *psutil.Process(pid).children()]
    statuses = [Path(f"/proc/{one.pid}/status").read_text() for one in family]
    found = [re.search(r"VmHWM:\s+(\d+) kB", status) for status in statuses]
    return max(int(match[1]) for match in found if match) // 1024


def test_memory_does_not_follow_the_file(settings: Settings, processes: Processes, file: IO[bytes]) -> None:
    with connect(settings, SCHEMA) as conn:
        add_map(conn)
        key = create_key(conn, "admin", "test")
    url, headers = processes.start_web("survey"), {"Authorization": f"Bearer {key}"}
    web = processes.running["survey-web"].pid

    def upload(part: IO[bytes] | str) -> str:
        files = {"file": ("a.csv", part), "mapping": (None, json.dumps(MAPPING))}
        answer = requests.post(f"{url}/v1/imports", files=files, headers=headers, timeout=PATIENCE_SECONDS)
        assert answer.status_code == 202, answer.text
        return str(answer.headers["Location"])

    def is_done(path: str) -> bool:
        found = requests.get(f"{url}{path}", headers=headers, timeout=10).json()
        assert found["state"] != "failed", found
        return bool(found["state"] == "done")

    worker = processes.start("survey", "worker").pid
    small = upload("rating,words\n" + ROW * 1000)
    ports.wait_until(lambda: is_done(small), "the small import", PATIENCE_SECONDS)
    before = peak(web), peak(worker)
    large = upload(file)
    ports.wait_until(lambda: is_done(large), "the large import", PATIENCE_SECONDS)
    assert peak(web) < before[0] + MOST_GROWTH
    assert peak(worker) < before[1] + MOST_GROWTH
