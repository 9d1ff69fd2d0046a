"""`journeyloop apply` and `diff` against the real services: what they warn of, refuse and never print."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from psycopg.types.json import Jsonb
from werkzeug.serving import make_server

from services import alerts
from services.aggregator.app import create_app as aggregator_app
from services.alerts.app import create_app as alerts_app
from services.alerts.store import incidents
from services.cli import FAILED
from services.cli.configuration import DRIFT
from services.survey.app import create_app as survey_app
from shared.access import create_key
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.cli.conftest import Command
from tests.unit.aggregator.maps import SHOP

HOOK = """
owners:
  ana: {name: Ana, channels: [{kind: webhook, url: "https://hooks.example.com/?token=S3CRET", secret: whsec_%s}]}
"""
SALE = "silences:\n  sale: {journey: shop, stage: delivery, from: 2999-11-24, to: 2999-11-26, why: Sale}\n"


@pytest.fixture
def conn(settings: Settings) -> Iterator[Connection]:
    with connect(settings, alerts.SCHEMA) as opened:
        opened.execute(
            "INSERT INTO journey (journey, revision, document) VALUES ('shop', 3, %s)", [Jsonb(SHOP)]
        )
        yield opened


@pytest.fixture
def services(
    command: Command, settings: Settings, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The services, which keep configuration, on their ports, and an admin's key in the environment."""
    monkeypatch.setenv("ADMIN_KEY", create_key(conn, "admin", "the admin"))
    with ExitStack() as stack:
        for app, port in (
            (alerts_app(settings), settings.alerts_port),
            (survey_app(settings), settings.survey_port),
            (aggregator_app(settings), settings.aggregator_port),
        ):
            stack.callback(app.extensions["journeyloop"].pool.close)
            _serve(stack, app, port)
        yield


def _serve(stack: ExitStack, app: Flask, port: int) -> None:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    stack.callback(thread.join)
    stack.callback(server.shutdown)


@pytest.fixture
def file(tmp_path: Path, services: None) -> Path:
    return tmp_path / "shop.yaml"


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (SALE.replace("shop", "shopp"), "warning: silence sale: No journey ‘shopp’ is known."),
        (SALE.replace("delivery", "nope"), "warning: silence sale: The journey ‘shop’ has no stage ‘nope’."),
        (
            "owners: {ana: {name: Ana, email: ana@example.com, escalate_to: nobody}}",
            "warning: owner ana: No owner ‘nobody’ is known",
        ),
        (
            "owners: {ana: {name: Ana, email: ana@example.com, escalate_after_hours: 2}}",
            "warning: owner ana: escalate_after_hours does nothing without escalate_to.",
        ),
    ],
)
def test_what_is_written_is_warned_of(command: Command, file: Path, text: str, warning: str) -> None:
    file.write_text(text)
    told = warning.split(": ", 2)[2]
    for dry in (("diff",), ("apply", "--dry-run")):
        assert f"    warning: {told}" in command(*dry, "-f", str(file))[1]
    code, out, _ = command("apply", "-f", str(file))
    assert (code, warning in out) == (0, True)


def test_what_the_file_brings_is_nothing_to_warn_of(command: Command, file: Path) -> None:
    file.write_text(
        """
owners:
  ana: {name: Ana, email: ana@example.com, escalate_to: ben}
  ben: {name: Ben, email: ben@example.com}
"""
    )
    for options in (("--dry-run",), ()):
        code, out, _ = command("apply", "-f", str(file), *options)
        assert (code, "warning" in out) == (0, False)


def test_a_silence_of_a_new_journey_is_judged_when_alerts_knows_it(
    command: Command, settings: Settings, file: Path
) -> None:
    file.write_text(
        """
journeys: {club: {name: Club, owner: ana, stages: [{key: joining, name: Joining, touchpoints: []}]}}
silences: {sale: {journey: club, stage: nope, from: 2999-11-24, to: 2999-11-26, why: Sale}}
"""
    )
    assert "warning" not in command("apply", "--dry-run", "-f", str(file))[1]
    pipe = Thread(target=_carry_club, args=(settings,))
    pipe.start()
    code, out, err = command("apply", "-f", str(file))
    pipe.join()
    assert (code, err) == (0, "")
    assert "warning: silence sale: The journey ‘club’ has no stage ‘nope’." in out
    assert "No journey" not in out


def test_a_detector_waits_for_a_stage_on_its_way(command: Command, settings: Settings, file: Path) -> None:
    file.write_text(
        """
owners: {ana: {name: Ana, email: ana@example.com}}
detectors: [{journey: club, stage: joining, metric: nps, audience: customer, enabled: false}]
"""
    )
    code, _, err = command("apply", "--dry-run", "-f", str(file))
    assert (code, "detector club/joining/nps/customer: There is no stage" in err) == (FAILED, True)
    pipe = Thread(target=_carry_club, args=(settings, "owner"))
    pipe.start()
    code, out, err = command("apply", "-f", str(file))
    pipe.join()
    assert (code, out.splitlines()[-1], err) == (0, "2 changed", "")


def _carry_club(settings: Settings, written: str = "silence") -> None:
    """What relay and consumer do: once something has been written, alerts comes to know the journey."""
    deadline = time.monotonic() + 20
    with connect(settings, alerts.SCHEMA) as conn:
        while not conn.execute(f"SELECT 1 FROM {written}").fetchone() and time.monotonic() < deadline:
            time.sleep(0.05)
        conn.execute(
            """INSERT INTO journey (journey, revision, document)
               VALUES ('club', 1, '{"stages": [{"key": "joining"}]}')"""
        )


def test_secrets_are_not_printed(command: Command, file: Path) -> None:
    first, second = "UzNDUkVU" * 4, "bmV3ZXIh" * 4
    file.write_text(HOOK % first)
    printed = [*command("diff", "-f", str(file)), *command("apply", "-f", str(file))]
    assert first in command("export")[1]
    file.write_text(HOOK % second)
    code, out, _ = command("diff", "-f", str(file))
    assert (code, "channels[0]: (secret, changed)" in out) == (DRIFT, True)
    printed += [out, *command("apply", "-f", str(file))]
    assert command("diff", "-f", str(file))[0] == 0
    for secret in (first, second, "S3CRET"):
        assert not any(secret in str(text) for text in printed)


@pytest.mark.parametrize("arguments", [("diff",), ("apply", "--dry-run"), ("apply",)])
def test_every_refused_document_is_named_and_nothing_written(
    command: Command, file: Path, arguments: tuple[str, ...]
) -> None:
    file.write_text(
        """\
owners:
  ana: {name: Ana, email: ana@example.com}
  ben: {name: Ben}
silences:
  sale: {from: Tuesday, to: 2026-11-24 18:00, why: Sale}
detectors:
- {journey: shop, stage: delivery, metric: smiles, audience: customer}
"""
    )
    code, _, err = command(*arguments, "-f", str(file))
    form = "Write a day, 2026-12-24, or a time with its offset, 2026-12-24T18:00:00+01:00"
    assert (code, err.splitlines()) == (
        FAILED,
        [
            "Error: 3 mistakes:",
            f"{file}:3: owner ben: email: An owner needs an e-mail address or a channel",
            f"{file}:5: silence sale: from: {form}; to: {form}",
            f"{file}:7: detector shop/delivery/smiles/customer: metric: Must be one of: csat, nps, ces",
        ],
    )
    assert "ana" not in command("export")[1]


def test_a_text_that_is_no_yaml_is_not_quoted(command: Command, file: Path) -> None:
    file.write_text('owners:\n  ana: {name: Ana, channels: [{secret: "whsec_S3CRET}]}\n')
    code, _, err = command("diff", "-f", str(file))
    assert code == FAILED
    assert f"{file}:3: found unexpected end of stream" in err
    assert "S3CRET" not in err


def test_incidents_a_silence_would_have_matched_have_stage_and_day(
    command: Command, conn: Connection, file: Path
) -> None:
    file.write_text(SALE)
    assert "last 90 days: none" in command("apply", "--dry-run", "-f", str(file))[1]
    now = datetime.now(UTC)
    sums = {"n": 9, "halves": 9, "squares": 9, "from": "2026-01-01", "to": "2026-01-02"}
    with conn.transaction():
        incident = incidents.open_(
            conn,
            ("shop", "delivery", "nps", "customer"),
            opened_at=now,
            onset=now,
            opening_sequence=1,
            before=sums,
            since=sums,
            evidence=900.0,
            budget=730.0,
            false_alarms_per_year=0.5,
        )
    out = command("apply", "--dry-run", "-f", str(file))[1]
    assert f"last 90 days: {incident} (shop/delivery, {now:%Y-%m-%d})" in out
