"""That the benchmark's parts work; how fast anything is, is never tested."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from dev.bench import __main__ as command
from dev.bench import answers, load
from dev.bench.figures import Figure, Turn, markdown, median_ratio
from shared import events

SLOW = Figure("catching up", "5/s", "10/s alone", 0.5, "≥ 0.9", False, "the clock")


class Created(BaseHTTPRequestHandler):
    """A server that answers 201 to everything."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(201)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Created) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running.server_port
        running.shutdown()
        thread.join()


def test_the_paced_load_acknowledges_every_answer(server: int) -> None:
    given = [answers.answer() for _ in range(50)]
    lines = [f"any-survey\t{json.dumps(one)}" for one in given]
    done = load.paced(server, lines, a_second=500, number=4)
    assert {id_ for id_, _ in done} == {one["id"] for one in given}


def test_the_closed_load_counts_what_was_acknowledged(server: int) -> None:
    found = load.closed(server, "any-survey", number=2, seconds=0.2)
    assert isinstance(found["statuses"], dict)
    assert set(found["statuses"]) == {201}


@pytest.mark.parametrize("spread", [False, True])
def test_events_decode_and_are_numbered_without_gaps(spread: bool) -> None:
    sequences: dict[str, int] = {}
    for key, data in answers.events(60, 3, spread=spread):
        value = events.encode(
            events.response_type("recorded"), key, data["sequence"], data["recorded_at"], data
        )
        assert events.decode_response(value) == ("recorded", data)
        assert data["sequence"] == sequences.get(key, 0) + 1
        sequences[key] = data["sequence"]
    assert sequences == {f"bench-{key}/delivery": 20 for key in range(3)}


def test_ratios_are_those_of_neighbours() -> None:
    assert median_ratio([Turn(10, 1), Turn(4, 1), Turn(9, 1)], [Turn(20, 1), Turn(8, 1), Turn(10, 1)]) == 0.5


def test_the_page_names_command_and_machine() -> None:
    page = markdown([SLOW], "2 cores.", "make bench")
    assert "`make bench`. 2 cores." in page
    assert "| catching up | 5/s | 10/s alone | 0.50 | ≥ 0.9 | no | the clock |" in page


def test_a_missed_target_is_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "measure", lambda *_: [SLOW])
    assert CliRunner().invoke(command.main, ["--broker", "embedded"]).exit_code == 1
    assert CliRunner().invoke(command.main, ["--broker", "embedded", "--quick"]).exit_code == 0
