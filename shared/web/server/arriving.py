"""Whether a request that is still coming in may have a thread: only once it is whole. Pure: bytes in, a word out.

A large body is none to wait for: those who may send one are known, and it is read as it comes. What is no request is
left to gunicorn's parser to refuse, wherever that needs no more than what came.
"""

from __future__ import annotations

import re
from enum import Enum

MOST_HEAD = 32 * 1024
MOST_BODY = 64 * 1024
MOST_FRAMING = 64 * 1024  # what chunks may cost beside what they hold
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_LINE, _END = b"\r\n", b"\r\n\r\n"
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*0*(\d{1,18})[ \t]*\r$", re.I | re.M)
_CHUNKED = re.compile(rb"^transfer-encoding[ \t]*:", re.I | re.M)
_EXPECT = re.compile(rb"^expect:[ \t]*100-continue[ \t]*\r\n", re.I | re.M)
_SIZE = re.compile(rb"0*([0-9a-f]{1,8})[ \t]*(?:;[^\r\n]*)?", re.I)


class Come(Enum):
    """How much of a request has come."""

    PART = "wait for the rest"
    ENOUGH = "give it a thread"
    TOO_MUCH = "a head that nobody needs"
    NONSENSE = "chunks that are none"


class Arrival:
    """One request, as far as it has come: `held`. What was looked at once is not looked at again."""

    def __init__(self) -> None:
        self.held = bytearray()
        self._body, self._wanted, self._is_chunked = -1, 0, False
        self._at = self._data = 0  # of chunks: where the next begins, and what those before it hold

    def take(self, data: bytes) -> Come:
        """What to do now that `data` came too."""
        before = max(0, len(self.held) - len(_END) + 1)
        self.held += data
        if self._body < 0:
            end = self.held.find(_END, before)
            if (end if end >= 0 else len(self.held)) > MOST_HEAD:
                return Come.TOO_MUCH
            if end < 0:
                return Come.PART
            self._read_head(end)
        if self._is_chunked:
            return self._walk()
        came = len(self.held) - self._body
        return Come.ENOUGH if self._wanted > MOST_BODY or came >= self._wanted else Come.PART

    def invite(self) -> bool:
        """Whether the client wants to be told to go on. It is to be told now, for it is asked nothing again."""
        head = bytes(self.held[: max(self._body - len(_LINE), 0)])
        found = _EXPECT.search(head)
        if not found or not head.partition(_LINE)[0].endswith(b"HTTP/1.1"):
            return False
        del self.held[found.start() : found.end()]
        self._body -= len(found[0])
        self._at -= len(found[0])
        return True

    def _read_head(self, end: int) -> None:
        head = bytes(self.held[: end + len(_LINE)])
        self._body = self._at = end + len(_END)
        self._is_chunked = _CHUNKED.search(head) is not None
        length = _LENGTH.search(head)
        self._wanted = int(length[1]) if length else 0

    def _walk(self) -> Come:
        """From chunk to chunk; the last one has the size 0, and may have trailers."""
        while (line := self.held.find(_LINE, self._at)) >= 0:
            size = _SIZE.fullmatch(self.held, self._at, line)
            if not size:
                return Come.NONSENSE
            begins, wanted = line + len(_LINE), int(size[1], 16)
            if not wanted:
                return self._trailers(begins)
            ends = begins + wanted
            if self._data + min(wanted, len(self.held) - begins) > MOST_BODY:
                return Come.ENOUGH
            if ends + len(_LINE) > len(self.held):
                return Come.PART
            if self.held[ends : ends + len(_LINE)] != _LINE:
                return Come.NONSENSE
            self._at, self._data = ends + len(_LINE), self._data + wanted
            if self._at - self._body - self._data > MOST_FRAMING:
                return Come.NONSENSE
        return Come.NONSENSE if len(self.held) - self._at > MOST_HEAD else Come.PART

    def _trailers(self, begins: int) -> Come:
        if self.held.startswith(_LINE, begins) or self.held.find(_END, begins) >= 0:
            return Come.ENOUGH
        return Come.NONSENSE if len(self.held) - begins > MOST_HEAD else Come.PART
