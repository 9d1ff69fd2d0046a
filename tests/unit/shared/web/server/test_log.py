"""Gunicorn's log says that something was refused or failed, and nothing of what was sent, or by whom."""

from __future__ import annotations

import logging

import pytest
from gunicorn.config import Config
from gunicorn.http.errors import InvalidRequestLine

from shared.web.server.log import ServerLog

SENT = "GET /?mail=ana@planted.example"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> ServerLog:
    found = ServerLog(Config())
    found.error_log.propagate = True
    caplog.set_level(logging.INFO, "gunicorn.error")
    return found


def test_what_is_no_request_is_not_quoted(log: ServerLog, caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise InvalidRequestLine(SENT)
    except InvalidRequestLine as error:
        log.warning(f"Invalid request from ip=203.0.113.9: {error}")
    assert caplog.messages == ["Refused what is no request: InvalidRequestLine"]


def test_the_address_of_a_failed_request_is_not_told(
    log: ServerLog, caplog: pytest.LogCaptureFixture
) -> None:
    try:
        int(SENT)
    except ValueError:
        log.exception("Error handling request %s %s", "GET", SENT)
    (told,) = caplog.messages
    assert "planted" not in told
    assert told.startswith("Error handling request\n")
    assert "test_log.py" in told
    assert "ValueError: invalid literal for int()" in told


def test_other_lines_are_gunicorns_own(log: ServerLog, caplog: pytest.LogCaptureFixture) -> None:
    log.warning("Worker with pid %s was terminated", 7)
    try:
        raise ImportError("no module")
    except ImportError as error:
        log.exception(error)
    assert caplog.messages[0] == "Worker with pid 7 was terminated"
    assert caplog.messages[1].startswith("ImportError\n")
