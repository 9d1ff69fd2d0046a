"""The image for all processes fits what docker-compose.yml runs beside it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_it_has_the_programs_of_the_servers_version() -> None:
    """pg_dump refuses a server that is newer, and an older server may not understand what a newer one wrote."""
    programs = re.search(
        r"^ARG POSTGRES_MAJOR=(\d+)$", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE
    )
    server = re.search(r"image: postgres:(\d+)", (ROOT / "docker-compose.yml").read_text())
    assert programs
    assert server
    assert programs[1] == server[1]
