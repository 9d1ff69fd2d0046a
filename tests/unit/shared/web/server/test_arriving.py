"""A request gets a thread once it is whole, however it is cut into pieces."""

from __future__ import annotations

import pytest

from shared.web.server.arriving import MOST_BODY, MOST_HEAD, Come, come, invited

HEAD = b"POST /x HTTP/1.1\r\nHost: x\r\n"
WHOLE = [
    b"GET / HTTP/1.1\r\n\r\n",
    HEAD + b"Content-Length: 0\r\n\r\n",
    HEAD + b"content-length :  4\r\n\r\nabcd",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
    HEAD + b"Content-Length: nonsense\r\n\r\n",  # for gunicorn to refuse
]


@pytest.mark.parametrize("request_", WHOLE)
def test_it_waits_until_the_last_byte(request_: bytes) -> None:
    assert come(request_) is Come.ENOUGH
    if b"nonsense" not in request_:
        assert {come(request_[:cut]) for cut in range(len(request_))} == {Come.PART}


def test_a_length_in_the_body_is_none() -> None:
    assert come(HEAD + b"Content-Length: 20\r\n\r\nContent-Length: 1\r\n") is Come.PART


def test_what_is_too_large_to_wait_for() -> None:
    large = HEAD + b"Content-Length: %d\r\n\r\n" % (MOST_BODY + 1)
    assert come(large) is Come.ENOUGH
    endless = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"x" * (MOST_BODY + 1)
    assert come(endless) is Come.ENOUGH
    assert come(HEAD + b"X: " + b"x" * MOST_HEAD) is Come.TOO_MUCH


def test_whoever_waits_to_be_told_to_go_on_is_told_once() -> None:
    asked = HEAD + b"expect: 100-Continue\r\nContent-Length: 4\r\n\r\nab"
    assert invited(asked) == HEAD + b"Content-Length: 4\r\n\r\nab"
    for other in (asked[:-8], HEAD + b"Content-Length: 4\r\n\r\nExpect: 100-continue\r\n"):
        assert invited(other) is None
