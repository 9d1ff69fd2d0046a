"""A request gets a thread once it is whole, however it is cut into pieces."""

from __future__ import annotations

import time

import pytest

from shared.web.server.arriving import MOST_BODY, MOST_FRAMING, MOST_HEAD, Arrival, Come

HEAD = b"POST /x HTTP/1.1\r\nHost: x\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = [
    b"GET / HTTP/1.1\r\n\r\n",
    HEAD + b"Content-Length: 0\r\n\r\n",
    HEAD + b"content-length :  4\r\n\r\nabcd",
    HEAD + b"Content-Length: 00000000000000000000004\r\n\r\nabcd",
    HEAD + b"Content-Length: nonsense\r\n\r\n",  # for gunicorn to refuse
    CHUNKED + b"4\r\nabcd\r\n0\r\n\r\n",
    CHUNKED + b"5\r\n0\r\n\r\n\r\n10\r\n\r\n0\r\n\r\n012345678\r\n0\r\n\r\n",
    CHUNKED + b"4;by=us;x\r\nabcd\r\n00 ;last\r\n\r\n",
    CHUNKED + b"4\r\nabcd\r\n0\r\nDigest: x\r\nMore: y\r\n\r\n",
]


def come(data: bytes) -> Come:
    return Arrival().take(data)


@pytest.mark.parametrize("request_", WHOLE)
def test_it_waits_until_the_last_byte(request_: bytes) -> None:
    assert come(request_) is Come.ENOUGH
    assert come(request_ + b"GET / HTTP/1.1\r\n") is Come.ENOUGH, "and the next one has begun"
    if b"nonsense" not in request_:
        arrival = Arrival()
        assert {arrival.take(bytes([byte])) for byte in request_[:-1]} == {Come.PART}
        assert arrival.take(request_[-1:]) is Come.ENOUGH
        assert arrival.held == request_


def test_a_length_in_the_body_is_none() -> None:
    assert come(HEAD + b"Content-Length: 20\r\n\r\nContent-Length: 1\r\n") is Come.PART


def test_what_is_too_large_to_wait_for() -> None:
    large = HEAD + b"Content-Length: %d\r\n\r\n" % (MOST_BODY + 1)
    assert come(large) is Come.ENOUGH
    announced = CHUNKED + b"ffffff\r\n"
    assert come(announced) is Come.PART, "how much comes is not known to whoever gets the thread"
    assert come(announced + b"x" * MOST_BODY) is Come.PART
    assert come(announced + b"x" * (MOST_BODY + 1)) is Come.ENOUGH


def test_a_head_of_just_the_limit() -> None:
    whole = HEAD + b"X: " + b"x" * (MOST_HEAD - len(HEAD) - 3)
    assert come(whole + b"\r\n\r\n") is Come.ENOUGH
    assert come(whole) is Come.PART
    assert come(whole + b"x") is come(whole + b"x\r\n\r\n") is Come.TOO_MUCH


@pytest.mark.parametrize(
    "body",
    [
        b"x" * 20 + b"\r\n",
        b"-4\r\n",
        b"0x4\r\n",
        b"\r\n",
        b"4\r\nabcde\r\n",
        b"fffffffff\r\n",
        b"4" * (MOST_HEAD + 1),
        b"1\r\nx\r\n" * (MOST_FRAMING // 5 + 1),
        b"1;" + b"x" * MOST_FRAMING + b"\r\nx\r\n",
        b"0\r\n" + b"x" * (MOST_HEAD + 1),
    ],
)
def test_chunks_that_are_none_get_no_thread(body: bytes) -> None:
    assert come(CHUNKED + body) is Come.NONSENSE


def test_in_small_pieces_it_costs_no_more_than_it_is() -> None:
    """What came is not looked through again at each piece: that would be minutes here."""
    began = time.process_time()
    for head, body in ((CHUNKED, b"8\r\n12345678\r\n" * 4000), (HEAD, b"X: y\r\n" * 5000)):
        arrival = Arrival()
        assert {arrival.take(bytes([byte])) for byte in head + body} == {Come.PART}
    assert time.process_time() - began < 5


def test_whoever_waits_to_be_told_to_go_on_is_told_once() -> None:
    arrival = Arrival()
    asked = HEAD + b"expect: 100-Continue\r\nContent-Length: 4\r\n\r\nab"
    assert arrival.take(asked) is Come.PART
    assert (arrival.invite(), arrival.invite()) == (True, False)
    assert arrival.held == HEAD + b"Content-Length: 4\r\n\r\nab"
    assert arrival.take(b"c") is Come.PART
    assert arrival.take(b"d") is Come.ENOUGH
    for other in (
        asked[:-8],
        HEAD + b"Content-Length: 40\r\n\r\nExpect: 100-continue\r\n",
        asked.replace(b"/1.1", b"/1.0"),
    ):
        arrival = Arrival()
        assert arrival.take(other) is Come.PART
        assert not arrival.invite()


def test_chunks_go_on_where_they_were_after_the_invitation() -> None:
    arrival = Arrival()
    assert arrival.take(CHUNKED.replace(b"Host", b"Expect: 100-continue\r\nHost") + b"4\r\nab") is Come.PART
    assert arrival.invite()
    assert arrival.take(b"cd\r\n0\r\n\r") is Come.PART
    assert arrival.take(b"\n") is Come.ENOUGH
