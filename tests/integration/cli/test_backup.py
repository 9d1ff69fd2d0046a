"""Backups and restores of a database in which a person lives: what is kept, what is refused, what nothing changes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services import survey
from services.cli import FAILED
from shared.db import ACCESS, connect
from shared.relay import RELAY_LOCK
from shared.settings import Settings
from tests.integration.cli.conftest import Command
from tests.integration.survey.conftest import Service

pytestmark = pytest.mark.broker

COMMENTS = "SELECT comment FROM response WHERE comment IS NOT NULL ORDER BY 1"
Ask = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def shop(settings: Settings) -> Iterator[Service]:
    """A shop with two people's answers."""
    with connect(settings, survey.SCHEMA) as conn:
        running = Service(settings, conn)
        running.put_journey()
        running.put_survey()
        running.answer(respondent="cust-one", comment="call me")
        running.answer(respondent="cust-two", comment="stay")
        yield running
        running.app.extensions["journeyloop"].pool.close()


@pytest.fixture
def folder(shop: Service, command: Command, tmp_path: Path) -> Path:
    """A backup of the shop."""
    place = tmp_path / "new" / "backup"  # the first backup finds no folder for backups
    code, out, err = command("backup", str(place))
    assert (code, "2 answers among them" in out) == (0, True), err
    return place


@pytest.fixture
def ask(settings: Settings) -> Ask:
    def rows(query: str) -> list[dict[str, Any]]:
        with connect(settings, survey.SCHEMA) as conn:
            return conn.execute(query).fetchall()

    return rows


def closed(shop: Service) -> None:
    """As if its processes had been stopped."""
    shop.app.extensions["journeyloop"].pool.close()
    shop.conn.close()


def test_a_backup_is_whole_or_not_there(folder: Path, command: Command) -> None:
    assert sorted(file.name for file in folder.iterdir()) == ["database.dump", "manifest.json"]
    assert [path.stat().st_mode & 0o777 for path in (folder, folder / "database.dump")] == [0o700, 0o600]
    assert [path.name for path in folder.parent.iterdir() if "unfinished" in path.name] == []
    said = json.loads((folder / "manifest.json").read_text())
    assert (said["rows"]["survey.response"], said["rows"]["survey.survey"]) == (2, 1)
    code, _, err = command("backup", str(folder))
    assert (code, "exists already" in err) == (FAILED, True)


def test_what_was_promised_since_is_kept(
    shop: Service, folder: Path, command: Command, ask: Ask, settings: Settings
) -> None:
    """The person erased since is erased again, now and at the next restore; a key revoked since stays revoked."""
    shop.call("POST", "/v1/respondents/erase", json={"respondent": "cust-one"})
    shop.answer(respondent="cust-two", comment="lost")
    (key,) = shop.rows("SELECT id FROM access.api_key LIMIT 1")
    shop.conn.execute("UPDATE access.api_key SET revoked_at = now() WHERE id = %s", [key["id"]])
    closed(shop)
    code, _, err = command("restore", str(folder))
    assert (code, "--replace" in err) == (FAILED, True)
    code, out, err = command("restore", str(folder), "--replace", "--check", "--json")
    assert code == 0, f"{out}{err}"
    done = json.loads(out)
    assert done["erased again"]["found"]["comments"] == 1
    assert done["revoked again"]["found"] == 1
    assert [row["comment"] for row in ask(COMMENTS)] == ["stay"]
    assert ask(f"SELECT revoked_at IS NULL AS works FROM access.api_key WHERE id = '{key['id']}'") == [
        {"works": False}
    ]
    (kept,) = folder.glob("erasures-*.jsonl")
    assert "cust" not in kept.read_text()
    with connect(settings, ACCESS) as conn:
        conn.execute("DROP SCHEMA access, survey, aggregator, alerts CASCADE")
    assert command("restore", str(folder))[0] == 0
    assert [row["comment"] for row in ask(COMMENTS)] == ["stay"]


def test_not_while_others_are_connected(shop: Service, folder: Path, command: Command) -> None:
    code, _, err = command("restore", str(folder), "--replace")
    assert (code, "others are connected" in err) == (FAILED, True)
    shop.conn.execute("SELECT pg_advisory_lock(%s)", [RELAY_LOCK])
    code, _, err = command("restore", str(folder), "--replace")
    assert (code, "the relay runs" in err) == (FAILED, True)


def test_who_is_just_leaving_holds_up_nothing(
    shop: Service, folder: Path, command: Command, settings: Settings
) -> None:
    closed(shop)
    with connect(settings, ACCESS) as conn:
        leaving = threading.Timer(0.5, conn.close)
        leaving.start()
        code, out, err = command("restore", str(folder), "--replace")
        leaving.join()
    assert code == 0, f"{out}{err}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda said: said["rows"].update({"survey.response": 3}), "survey.response has not 3 rows"),
        (lambda said: said.update(sha256="0" * 64), "damaged"),
        (lambda said: said["migrations"]["survey"].append("9999_later"), "newer version: survey 9999_later"),
        (lambda said: said.update(format=2), "newer version"),
        (lambda said: said.update(report_tz="Asia/Tokyo"), "set REPORT_TZ"),
        (lambda said: said.pop("rows"), "is no backup"),
    ],
)
def test_a_restore_that_fails_changes_nothing(
    shop: Service, folder: Path, command: Command, ask: Ask, change: Callable[[Any], Any], said: str
) -> None:
    shop.answer(respondent="cust-two", comment="after the backup")
    closed(shop)
    manifest = json.loads((folder / "manifest.json").read_text())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    code, _, err = command("restore", str(folder), "--replace")
    assert (code, said in err) == (FAILED, True), err
    assert [row["comment"] for row in ask(COMMENTS)] == ["after the backup", "call me", "stay"]


def test_a_dump_that_ends_too_soon_is_not_committed(
    shop: Service, folder: Path, command: Command, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its checksum being right, pg_restore fails in the middle of the script."""
    dump = folder / "database.dump"
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size * 3 // 4])
    monkeypatch.setattr("services.cli.backups.manifest.check_whole", lambda *_: None)
    closed(shop)
    code, _, err = command("restore", str(folder), "--replace")
    assert code == FAILED, err
    assert len(ask(COMMENTS)) == 2


def test_other_keys_are_said(
    shop: Service, folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(shop)
    monkeypatch.setenv("RESPONDENT_KEY", "k1:another pseudonym key which is long enough too")
    code, _, err = command("restore", str(folder), "--replace")
    assert (code, "RESPONDENT_KEY k1 is not the backup's" in err) == (0, True), err


def test_a_database_that_was_put_back_by_other_means(shop: Service, command: Command, ask: Ask) -> None:
    closed(shop)
    code, out, err = command("restore", "--in-place", "--json")
    assert code == 0, err
    assert "database restored" not in json.loads(out)
    assert len(ask(COMMENTS)) == 2


def test_nothing_to_back_up(settings: Settings, command: Command, tmp_path: Path) -> None:
    with connect(settings, ACCESS) as conn:
        conn.execute("DROP SCHEMA access, survey, aggregator, alerts CASCADE")
    code, _, err = command("backup", str(tmp_path / "backup"))
    assert (code, "holds nothing of Journeyloop" in err) == (FAILED, True)
    assert list(tmp_path.glob("*backup*")) == []
