"""Every setting of every process, read once from the environment and checked at start.

This is the only module that reads the environment. `docs/configuration.md` lists the variables.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import load_dotenv
from environs import Env, EnvError
from marshmallow import ValidationError
from marshmallow.validate import Email, Length, OneOf, Range, Regexp

T = TypeVar("T")
_LONG = Length(min=32, error="needs at least 32 characters")
_LONG_OR_EMPTY = Regexp(r"(?s)(.{32,})?\Z", error="needs at least 32 characters, or none")
SERVICE_PORTS = {"survey": 8001, "aggregator": 8002, "alerts": 8003}


class SettingsError(Exception):
    """A setting is missing or wrong; the message names the variable."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Checked settings; each attribute is the lower-case name of its variable."""

    database_url: str
    kafka_bootstrap_servers: tuple[str, ...]
    kafka_session_timeout_ms: int
    kafka_heartbeat_interval_ms: int
    kafka_consumer_groups: bool
    topic_prefix: str
    smtp_url: str
    mail_from: str
    secret_key: str
    secret_key_before: str | None
    respondent_keys: dict[str, bytes]
    fallback_owner: str
    report_tz: ZoneInfo
    survey_url: str
    aggregator_url: str
    alerts_url: str
    internal_urls: dict[str, str]
    bind_host: str
    survey_port: int
    aggregator_port: int
    alerts_port: int
    web_workers: int
    web_threads: int
    db_pool_size: int
    public_rate_limit: str
    ask_rest_days: int
    comment_days: int
    import_max_mb: int
    trusted_proxies: int
    allow_private_webhooks: bool
    log_level: str
    prometheus_multiproc_dir: str | None

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """With what a signature may have been made, the current key last, as itsdangerous takes them."""
        return (
            (self.secret_key,)
            if self.secret_key_before is None
            else (self.secret_key_before, self.secret_key)
        )

    def internal_url(self, service: str) -> str:
        """Where our own processes reach `service`; people may know it under another address."""
        return self.internal_urls[service]

    def port(self, service: str) -> int:
        """The port on which the web process of `service` listens."""
        return int(getattr(self, f"{service}_port"))


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check all settings, from `environ` or the process's environment.

    Raises SettingsError naming the first variable that is missing or wrong.
    """
    with _environment(environ):
        try:
            return _read(Env())
        except (EnvError, ValidationError) as error:
            raise SettingsError(str(error)) from error


def secret_from_environment(name: str) -> str:
    """The value behind `${env:NAME}` in an owner's channel; only names that start with JOURNEYLOOP_.

    Raises SettingsError where the name is not allowed or not set.
    """
    if not name.startswith("JOURNEYLOOP_"):
        raise SettingsError(f"{name}: only variables named JOURNEYLOOP_… may be used in a channel")
    value = os.environ.get(name)
    if value is None:
        raise SettingsError(f"{name} is not set")
    return value


def adopt_env_file(path: Path) -> None:
    """Put the lines of `path` into the environment unless it already names a DATABASE_URL (used by the CLI)."""
    if "DATABASE_URL" not in os.environ and path.is_file():
        load_dotenv(path, override=False, interpolate=False)  # environs would keep them to itself


def environment_value(name: str) -> str | None:
    """A variable of the embedded stack that no process needs (ADMIN_KEY, MAIL_DIR), for the CLI."""
    return os.environ.get(name)


def _read(env: Env) -> Settings:
    positive = Range(min=1)
    return Settings(
        database_url=env.str(
            "DATABASE_URL", validate=Regexp(r"^postgres(ql)?://", error="not a postgresql:// URL")
        ),
        kafka_bootstrap_servers=tuple(env.list("KAFKA_BOOTSTRAP_SERVERS", validate=Length(min=1))),
        kafka_session_timeout_ms=env.int("KAFKA_SESSION_TIMEOUT_MS", 30_000, validate=positive),
        kafka_heartbeat_interval_ms=env.int("KAFKA_HEARTBEAT_INTERVAL_MS", 3_000, validate=positive),
        kafka_consumer_groups=env.bool("KAFKA_CONSUMER_GROUPS", True),
        topic_prefix=env.str("TOPIC_PREFIX", "", validate=Regexp(r"^[A-Za-z0-9._-]{0,100}$")),
        smtp_url=env.str("SMTP_URL", validate=Regexp(r"^smtps?://", error="not an smtp:// or smtps:// URL")),
        mail_from=env.str("MAIL_FROM", "journeyloop@localhost"),
        secret_key=env.str("SECRET_KEY", validate=_LONG),
        secret_key_before=env.str("SECRET_KEY_BEFORE", "", validate=_LONG_OR_EMPTY) or None,
        respondent_keys=_checked(env, "RESPONDENT_KEY", _respondent_keys),
        fallback_owner=env.str("FALLBACK_OWNER", validate=Email(error="not an e-mail address")),
        report_tz=_checked(env, "REPORT_TZ", _time_zone),
        bind_host=env.str("BIND_HOST", "127.0.0.1"),
        web_workers=env.int("WEB_WORKERS", 1, validate=positive),
        web_threads=env.int("WEB_THREADS", 8, validate=positive),
        db_pool_size=env.int("DB_POOL_SIZE", 8, validate=positive),
        public_rate_limit=env.str("PUBLIC_RATE_LIMIT", "3000 per minute"),
        ask_rest_days=env.int("ASK_REST_DAYS", 7, validate=Range(min=0, max=3_650)),
        comment_days=env.int("COMMENT_DAYS", 0, validate=Range(min=0, max=36_500)),
        import_max_mb=env.int("IMPORT_MAX_MB", 512, validate=positive),
        trusted_proxies=env.int("TRUSTED_PROXIES", 0, validate=Range(min=0)),
        allow_private_webhooks=env.bool("ALLOW_PRIVATE_WEBHOOKS", False),
        log_level=env.str("LOG_LEVEL", "INFO", validate=OneOf(["DEBUG", "INFO", "WARNING", "ERROR"])),
        prometheus_multiproc_dir=env.str("PROMETHEUS_MULTIPROC_DIR", None),
        **_addresses(env),
    )


def _addresses(env: Env) -> dict[str, Any]:
    found: dict[str, Any] = {"internal_urls": {}}
    for service, port in SERVICE_PORTS.items():
        name = service.upper()
        found[f"{service}_port"] = env.int(f"{name}_PORT", port, validate=Range(min=1, max=65535))
        url = _url(env, f"{name}_URL", f"http://127.0.0.1:{found[f'{service}_port']}")
        found[f"{service}_url"] = url
        found["internal_urls"][service] = _url(env, f"INTERNAL_{name}_URL", url)
    return found


def _url(env: Env, name: str, default: str) -> str:
    found: str = env.str(name, default, validate=Regexp(r"^https?://", error="not an http:// URL"))
    return found.rstrip("/")


def _checked(env: Env, name: str, convert: Callable[[str], T]) -> T:
    try:
        return convert(env.str(name))
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from error


def _time_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone") from error


def _respondent_keys(text: str) -> dict[str, bytes]:
    keys: dict[str, bytes] = {}
    for part in text.split(","):
        key_id, colon, secret = part.strip().partition(":")
        if not colon or not key_id or len(secret) < 32 or key_id in keys:
            raise ValueError(
                "expected id:secret[,id:secret] with different ids and secrets of 32 characters or more"
            )
        keys[key_id] = secret.encode()
    return keys


@contextmanager
def _environment(environ: Mapping[str, str] | None) -> Iterator[None]:
    if environ is None:
        yield
        return
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
