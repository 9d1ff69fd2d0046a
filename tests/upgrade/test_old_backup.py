"""A backup that was made of an older release's database is restored with today's code, and goes forward."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from shared import db
from shared.settings import Settings
from tests.conftest import schemas
from tests.upgrade.test_upgrade import release, restored

__all__ = ["release", "restored"]


@pytest.mark.broker
def test_it_is_restored_and_migrated(restored: Settings, environment: dict[str, str], tmp_path: Path) -> None:
    environ = environment | {"DATABASE_URL": restored.database_url, "PATH": os.defpath}

    def command(*arguments: str) -> str:
        call = [sys.executable, "-m", "services.cli", *arguments]
        result = subprocess.run(call, env=environ, capture_output=True, text=True)
        assert result.returncode == 0, f"{result.stdout}{result.stderr}"
        return result.stdout

    made = json.loads(command("backup", str(tmp_path / "old"), "--json"))
    with db.connect(restored, db.ACCESS) as conn:
        conn.execute("DROP SCHEMA access, survey, aggregator, alerts CASCADE")
    done = json.loads(command("restore", str(tmp_path / "old"), "--json"))
    assert made["rows"] > 300
    assert done["migrations applied"]["found"] > 20
    for schema in schemas():
        with db.connect(restored, schema) as conn:
            db.require_current(conn, schema)
    counted = json.loads(command("recount", "--json"))
    assert counted["accepted"] == counted["counted"] > 300
