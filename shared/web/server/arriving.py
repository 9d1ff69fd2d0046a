"""Whether a request that is still coming in may have a thread: only once it is whole. Pure: bytes in, a word out.

A large body is none to wait for: those who may send one are known, and it is read as it comes.
"""

from __future__ import annotations

import re
from enum import Enum

MOST_HEAD = 32 * 1024
MOST_BODY = 64 * 1024
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r$", re.I | re.M)
_CHUNKED = re.compile(rb"^transfer-encoding[ \t]*:", re.I | re.M)
_EXPECT = re.compile(rb"^expect[ \t]*:[ \t]*100-continue[ \t]*\r\n", re.I | re.M)
_LAST_CHUNK = b"0\r\n\r\n"


class Come(Enum):
    """How much of a request has come."""

    PART = "wait for the rest"
    ENOUGH = "give it a thread"
    TOO_MUCH = "a head that nobody needs"


def come(held: bytes) -> Come:
    """What to do with what was sent so far."""
    end = held.find(_END)
    if end < 0:
        return Come.TOO_MUCH if len(held) > MOST_HEAD else Come.PART
    return Come.ENOUGH if _is_enough(held[: end + 2], held[end + len(_END) :]) else Come.PART


def invited(held: bytes) -> bytes | None:
    """The request without its wish to be told to go on; None where it has none, or its head is not whole."""
    end = held.find(_END)
    head, found = held[: end + 2], _EXPECT.search(held[: end + 2]) if end >= 0 else None
    return head[: found.start()] + head[found.end() :] + held[end + 2 :] if found else None


def _is_enough(head: bytes, body: bytes) -> bool:
    if len(body) > MOST_BODY:
        return True
    if _CHUNKED.search(head):
        return body.endswith(_LAST_CHUNK)
    length = _LENGTH.search(head)
    wanted = int(length[1]) if length else 0
    return wanted > MOST_BODY or len(body) >= wanted
