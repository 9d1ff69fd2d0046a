"""Which pg_dump serves which server, and that a password is on nobody's command line."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import quote

import click
import pytest
from psycopg.conninfo import conninfo_to_dict

from services.cli.backups.postgres_programs import Programs, address, choose, running

FOUND = [Programs(major, f"{major}.2", Path(f"/{major}")) for major in (15, 18, 17)]


@pytest.mark.parametrize(("server", "chosen"), [(14, 15), (15, 15), (16, 17), (17, 17), (18, 18)])
def test_the_servers_own_version_else_the_next_newer(server: int, chosen: int) -> None:
    found = choose(FOUND, server)
    assert found is not None
    assert found.major == chosen


def test_an_older_one_cannot() -> None:
    assert choose(FOUND, 19) is None


@pytest.mark.parametrize("password", ["secret", "a:b\\c d'e", "ünï%2Fcode"])
def test_the_password_is_in_a_file_of_its_owner(password: str) -> None:
    url = f"postgresql://me:{quote(password)}@127.0.0.1:5432/shop?sslmode=prefer"
    with address(url, application_name="journeyloop backup") as text:
        parts = conninfo_to_dict(text)
        file = Path(str(parts["passfile"]))
        assert "password" not in parts
        assert password not in text
        assert file.stat().st_mode & 0o777 == 0o600
        escaped = password.replace("\\", "\\\\").replace(":", "\\:")
        assert file.read_text() == f"*:*:*:*:{escaped}\n"
        assert (parts["user"], parts["dbname"], parts["sslmode"]) == ("me", "shop", "prefer")
    assert not file.exists()


def test_a_failure_says_the_last_lines() -> None:
    script = "import sys; print('one\\ntwo\\nthree\\nfour', file=sys.stderr); sys.exit(1)"
    with (
        pytest.raises(click.ClickException, match="two; three; four"),
        running([sys.executable, "-c", script]) as run,
    ):
        run.succeed()
