"""PostgreSQL's protocol as it passes by: whose connection it is, and where what it wrote is about to last.

Pure: bytes in, moments out. https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

# Asked for before the start: encryption by TLS or GSSAPI. Both have no type byte and no more than their number.
QUESTIONS = (80877103, 80877104)
WRITING = (b"INSERT", b"UPDATE", b"DELETE")
# What a process says of itself every second; a kill there falls between no two steps of its work.
BEAT = b"process_status"


class Wire:
    """One connection. `name` is its application_name, known once it has begun."""

    def __init__(self) -> None:
        self.name = ""
        self._has_begun = False
        self._written = b""  # the statements that changed rows since the last commit
        self._statement = b""
        self._prepared: dict[bytes, bytes] = {}
        self._asked, self._told = bytearray(), bytearray()

    def asked(self, data: bytes) -> bytes:
        """What the client sends next; the statements that changed rows, where it ends with their COMMIT."""
        self._asked += data
        if not self._has_begun:
            self._begin()
        commits = b""
        for kind, body in _messages(self._asked) if self._has_begun else ():
            if kind == b"Q":
                self._statement = body
                commits = self._written if body == b"COMMIT\0" else b""
            elif kind == b"P":
                name, query = body.split(b"\0")[:2]
                self._prepared[name] = query
            elif kind == b"B":
                self._statement = self._prepared.get(body.split(b"\0", 2)[1], b"")
        return commits

    def told(self, data: bytes) -> bytes:
        """What the server sends next; the statements that changed rows, where it says that they are committed."""
        if not self._has_begun:
            return b""  # "no" to encryption is a single letter
        self._told += data
        lasts = b""
        for kind, body in _messages(self._told):
            if kind == b"C" and BEAT not in self._statement:
                tag = body.rstrip(b"\0").split()
                if tag[0] in WRITING and tag[-1] != b"0":
                    self._written += self._statement
            elif kind == b"Z" and body == b"I":
                lasts, self._written = lasts + self._written, b""
        return lasts

    def _begin(self) -> None:
        while len(self._asked) >= 8:
            length, number = struct.unpack_from("!II", self._asked)
            if len(self._asked) < length:
                return
            body = bytes(self._asked[8:length])
            del self._asked[:length]
            if number not in QUESTIONS:
                self._has_begun = True
                words = body.split(b"\0")
                self.name = (
                    dict(zip(words[::2], words[1::2], strict=False)).get(b"application_name", b"").decode()
                )
                return


def _messages(buffer: bytearray) -> Iterator[tuple[bytes, bytes]]:
    """The whole messages of `buffer`, which keeps what is left: (type, body)."""
    at = 0
    while len(buffer) - at >= 5:
        (length,) = struct.unpack_from("!I", buffer, at + 1)
        if len(buffer) - at < 1 + length:
            break
        yield bytes(buffer[at : at + 1]), bytes(buffer[at + 5 : at + 1 + length])
        at += 1 + length
    del buffer[:at]
