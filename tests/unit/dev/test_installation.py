"""`.run/env`: for shells and for dotenv, kept over the years, and addresses that follow the ports."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from dev import installation
from shared import settings


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / ".run"
    monkeypatch.setattr(installation, "RUN", folder)
    monkeypatch.setattr(installation, "ENV", folder / "env")
    monkeypatch.setattr(installation, "PIDS", folder / "pids")
    monkeypatch.setattr(installation, "LOGS", folder / "logs")
    return folder


def test_the_settings_are_those_that_processes_need() -> None:
    environment = installation.make(None)
    loaded = settings.load(environment)
    assert loaded.survey_url == f"http://127.0.0.1:{loaded.survey_port}"
    assert not loaded.kafka_consumer_groups


def test_shells_and_dotenv_read_the_same(run: Path) -> None:
    run.mkdir()
    installation.write({"PLAIN": "a", "SPACES": "a b; c", "EMPTY": ""})
    script = f'set -a; . "{run / "env"}"; printf "%s|%s|%s" "$PLAIN" "$SPACES" "$EMPTY"'
    said = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True).stdout
    assert said == "a|a b; c|"
    assert installation.read() == {"PLAIN": "a", "SPACES": "a b; c", "EMPTY": ""}


def test_consumers_join_groups_where_the_broker_has_them() -> None:
    for kind, groups in (("embedded", False), ("kafka", True), (None, True), ("embedded", False)):
        assert settings.load(installation.make(kind)).kafka_consumer_groups is groups


def test_secrets_and_what_was_set_by_hand_stay() -> None:
    before = installation.make(None)
    installation.write(before | {"REPORT_TZ": "Europe/Lisbon", "ADMIN_KEY": "jl_x"})
    after = installation.make("kafka")
    assert after["SECRET_KEY"] == before["SECRET_KEY"]
    assert (after["REPORT_TZ"], after["ADMIN_KEY"]) == ("Europe/Lisbon", "jl_x")
    assert installation.make(None)["JOURNEYLOOP_BROKER"] == "kafka"


def test_the_first_time_the_caller_chooses_and_later_the_file_does(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPORT_TZ", "America/Sao_Paulo")
    assert installation.make(None)["REPORT_TZ"] == "America/Sao_Paulo"
    monkeypatch.setenv("REPORT_TZ", "Asia/Tokyo")
    assert installation.make(None)["REPORT_TZ"] == "America/Sao_Paulo"
