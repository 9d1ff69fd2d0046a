"""One installation of the embedded stack: the folder .run/ and the settings in .run/env."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from dev import apache_kafka, broker, ports, postgres

ROOT = Path(__file__).parents[1]
RUN = ROOT / ".run"
ENV = RUN / "env"
MAILDIR = RUN / "mail"
PIDS = RUN / "pids"
LOGS = RUN / "logs"
DATABASE = "journeyloop"
BROKERS = ("embedded", "kafka")
# What an installation is given once; later it stands in .run/env.
CHOSEN = ("REPORT_TZ", "FALLBACK_OWNER", "MAIL_FROM", "SECRET_KEY", "RESPONDENT_KEY")

_POSTGRES_HOME = RUN / "postgres.home"
_WANTED_PORTS = {
    "SURVEY_PORT": 8001,
    "AGGREGATOR_PORT": 8002,
    "ALERTS_PORT": 8003,
    "POSTGRES_PORT": 5433,
    "BROKER_PORT": 9092,
    "SMTP_PORT": 1025,
    "SHOP_PORT": 8010,
}

Environment = dict[str, str]


def read() -> Environment:
    """The settings as written by the last `up`; empty before the first."""
    return (
        {name: value or "" for name, value in dotenv_values(ENV, interpolate=False).items()}
        if ENV.exists()
        else {}
    )


def make(broker_kind: str | None) -> Environment:
    """Make the folders and the settings, or bring them up to date: what was set stays, taken ports move on.

    The first time, `CHOSEN` are taken from the caller's environment: `REPORT_TZ=Europe/Berlin make up`.
    """
    RUN.mkdir(mode=0o711, exist_ok=True)
    for folder in (PIDS, LOGS):
        folder.mkdir(mode=0o700, exist_ok=True)
    chosen = {name: os.environ[name] for name in CHOSEN if name in os.environ}
    environment = _defaults() | chosen | read()
    kind = environment["JOURNEYLOOP_BROKER"] = broker_kind or environment["JOURNEYLOOP_BROKER"]
    environment |= (
        dict.fromkeys(broker.CLIENT_SETTINGS, "true") if kind == "kafka" else broker.CLIENT_SETTINGS
    )
    environment |= _choose_ports(environment)
    environment |= _addresses(environment)
    write(environment)
    return environment


def write(environment: Environment) -> None:
    """Write .run/env, for shells (`. .run/env`) and for readers of dotenv files."""
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in environment.items()]
    new = ENV.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(
        "# Written by make up; what is set here by hand stays, except addresses and ports.\n" + "".join(lines)
    )
    new.replace(ENV)


def postgres_server(environment: Environment) -> postgres.Server:
    """The stack's PostgreSQL; its directory is made here the first time."""
    if not _POSTGRES_HOME.exists():
        _POSTGRES_HOME.write_text(str(postgres.make_home(RUN)))
    url = urlsplit(environment["DATABASE_URL"])
    assert url.port is not None
    assert url.password is not None
    return postgres.Server(Path(_POSTGRES_HOME.read_text()), url.port, url.password)


def broker_command(environment: Environment) -> list[str]:
    """The command line of the broker chosen for this installation, after its preparation."""
    port = int(environment["BROKER_PORT"])
    if environment["JOURNEYLOOP_BROKER"] == "embedded":
        return broker.command(port)
    apache_kafka.prepare(RUN / "kafka", port)
    return apache_kafka.command(RUN / "kafka")


def remove() -> None:
    """Remove all data of the stack, wherever it lies. The stack must be down."""
    if _POSTGRES_HOME.exists():
        shutil.rmtree(_POSTGRES_HOME.read_text(), ignore_errors=True)
    shutil.rmtree(RUN, ignore_errors=True)


def _defaults() -> Environment:
    return {
        "JOURNEYLOOP_BROKER": "embedded",
        "SECRET_KEY": secrets.token_urlsafe(32),
        "RESPONDENT_KEY": f"k1:{secrets.token_urlsafe(32)}",
        "POSTGRES_PASSWORD": secrets.token_urlsafe(16),
        "FALLBACK_OWNER": "fallback@example.com",
        "MAIL_FROM": "journeyloop@example.com",
        "REPORT_TZ": "UTC",
        "TOPIC_PREFIX": "",
        "ASK_REST_DAYS": "0",  # the demo shop asks again whenever its page is opened
        "MAIL_DIR": str(MAILDIR),
        "PROMETHEUS_MULTIPROC_DIR": str(RUN / "metrics"),
    }


def _choose_ports(environment: Environment) -> Environment:
    chosen: dict[str, int] = {}
    for name, default in _WANTED_PORTS.items():
        wanted = int(environment.get(name, default))
        chosen[name] = ports.next_free_port(wanted, set(chosen.values()))
    return {name: str(port) for name, port in chosen.items()}


def _addresses(environment: Environment) -> Environment:
    server = f"{postgres.SUPERUSER}:{environment['POSTGRES_PASSWORD']}@{ports.LOOPBACK}:{environment['POSTGRES_PORT']}"
    services = ("SURVEY", "AGGREGATOR", "ALERTS")
    return {
        **{
            f"{service}_URL": f"http://{ports.LOOPBACK}:{environment[f'{service}_PORT']}"
            for service in services
        },
        "DATABASE_URL": f"postgresql://{server}/{DATABASE}",
        "KAFKA_BOOTSTRAP_SERVERS": f"{ports.LOOPBACK}:{environment['BROKER_PORT']}",
        "SMTP_URL": f"smtp://{ports.LOOPBACK}:{environment['SMTP_PORT']}",
        "SHOP_URL": f"http://{ports.LOOPBACK}:{environment['SHOP_PORT']}",
    }
