"""Settings are checked at start, and an error names the variable."""

from __future__ import annotations

import pytest

from shared import settings
from shared.settings import SettingsError

GOOD = {
    "DATABASE_URL": "postgresql://localhost/journeyloop",
    "KAFKA_BOOTSTRAP_SERVERS": "one:9092,two:9092",
    "SMTP_URL": "smtp://localhost:25",
    "SECRET_KEY": "s" * 32,
    "RESPONDENT_KEY": f"k2:{'n' * 32},k1:{'o' * 32}",
    "FALLBACK_OWNER": "care@example.com",
    "REPORT_TZ": "Europe/Berlin",
}


def test_reads_all_with_defaults() -> None:
    found = settings.load(GOOD)
    assert found.kafka_bootstrap_servers == ("one:9092", "two:9092")
    assert list(found.respondent_keys) == ["k2", "k1"]
    assert (found.survey_url, found.port("alerts")) == ("http://127.0.0.1:8001", 8003)
    assert found.report_tz.key == "Europe/Berlin"


def test_our_own_processes_may_know_another_address() -> None:
    public = GOOD | {f"{name}_URL": "https://fb.example/" for name in ("SURVEY", "AGGREGATOR", "ALERTS")}
    assert settings.load(public).internal_url("alerts") == "https://fb.example"
    found = settings.load(public | {"INTERNAL_ALERTS_URL": "http://alerts-web:8003/"})
    assert (found.alerts_url, found.internal_url("alerts")) == (
        "https://fb.example",
        "http://alerts-web:8003",
    )


@pytest.mark.parametrize("name", sorted(GOOD))
def test_names_what_is_missing(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        settings.load({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://localhost/x"),
        ("SMTP_URL", "localhost:25"),
        ("SECRET_KEY", "short"),
        ("RESPONDENT_KEY", "no-colon"),
        ("RESPONDENT_KEY", "k1:short"),
        ("RESPONDENT_KEY", f"k1:{'a' * 32},k1:{'b' * 32}"),
        ("FALLBACK_OWNER", "nobody"),
        ("REPORT_TZ", "Mars/Olympus"),
        ("SURVEY_PORT", "0"),
        ("SURVEY_URL", "ftp://x"),
        ("INTERNAL_ALERTS_URL", "alerts-web:8003"),
        ("WEB_THREADS", "many"),
        ("TOPIC_PREFIX", "a b"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_names_what_is_wrong(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        settings.load(GOOD | {name: value})


def test_a_channel_reads_only_variables_made_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNEYLOOP_SLACK", "hook")
    assert settings.secret_from_environment("JOURNEYLOOP_SLACK") == "hook"
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        settings.secret_from_environment("SECRET_KEY")
    with pytest.raises(SettingsError, match="JOURNEYLOOP_NONE is not set"):
        settings.secret_from_environment("JOURNEYLOOP_NONE")


def test_an_empty_key_before_is_none_and_a_short_one_is_refused() -> None:
    """Compose files hand on what is not set as an empty text."""
    assert settings.load(GOOD | {"SECRET_KEY_BEFORE": ""}).secret_key_before is None
    assert settings.load(GOOD | {"SECRET_KEY_BEFORE": "b" * 32}).secret_key_before == "b" * 32
    with pytest.raises(SettingsError, match="SECRET_KEY_BEFORE"):
        settings.load(GOOD | {"SECRET_KEY_BEFORE": "b" * 31})
