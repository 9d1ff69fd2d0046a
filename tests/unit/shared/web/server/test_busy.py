"""What is said to who is not let in."""

from __future__ import annotations

import json

import pytest

from shared.web.server import busy

ANSWER = b"POST /v1/surveys/s/responses HTTP/1.1\r\nHost: h\r\nOrigin: https://shop.example\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "let_in"),
    [
        (b"GET /healthz HTTP/1.1\r\n", True),
        (b"GET /readyz HTTP/1.1\r\n", True),
        (b"GET /metrics HTTP/1.1\r\n", True),
        (b"GET /metricsx HTTP/1.1\r\n", False),
        (b"GET / HTTP/1.1\r\nX: /healthz \r\n", False),
        (b"GE", False),
        (ANSWER, False),
    ],
)
def test_only_who_looks_after_us_is_always_let_in(head: bytes, let_in: bool) -> None:
    assert busy.is_always_let_in(head) is let_in


def test_a_program_reads_a_problem_document_and_when_to_come_again() -> None:
    head, body = busy.refusal(ANSWER).split(b"\r\n\r\n", 1)
    lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    assert head.startswith(b"HTTP/1.1 503 ")
    assert lines[b"Content-Type"] == b"application/problem+json"
    assert int(lines[b"Content-Length"]) == len(body)
    assert 5 <= int(lines[b"Retry-After"]) <= 10
    assert lines[b"Access-Control-Allow-Origin"] == b"*"
    assert json.loads(body)["status"] == 503


def test_a_person_reads_a_page() -> None:
    head, body = busy.refusal(b"GET / HTTP/1.1\r\nAccept: text/html\r\n\r\n").split(b"\r\n\r\n", 1)
    assert b"Content-Type: text/html" in head
    assert b"reload" in body
