"""The supervisor's configuration: nothing is ever given up, and the services stop before what they stand on."""

from __future__ import annotations

from configparser import RawConfigParser

from dev import supervisor


def _configuration() -> RawConfigParser:
    parsed = RawConfigParser()
    parsed.read_string(supervisor.configuration())
    return parsed


def test_a_process_that_dies_at_any_time_is_started_again() -> None:
    parsed = _configuration()
    programs = [name for name in parsed.sections() if name.startswith("program:")]
    assert len(programs) == len(supervisor.INFRASTRUCTURE) + 8
    for name in programs:
        assert parsed[name]["autorestart"] == "true"
        assert parsed[name]["startsecs"] == "0"


def test_services_stop_first_and_start_when_told() -> None:
    parsed = _configuration()
    services = int(parsed["group:services"]["priority"])
    assert all(int(parsed[f"program:{name}"]["priority"]) < services for name in supervisor.INFRASTRUCTURE)
    assert all(parsed[f"program:{name}"]["autostart"] == "false" for name in supervisor.process_names())


def test_the_names_are_those_of_the_pid_files() -> None:
    assert supervisor.process_names() == [
        *("survey-web", "survey-relay", "survey-worker"),
        *("aggregator-web", "aggregator-consumer"),
        *("alerts-web", "alerts-consumer", "alerts-notifier"),
    ]
