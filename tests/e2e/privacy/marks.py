"""A mark that is planted wherever somebody can put something, and every shape in which it could come out again."""

from __future__ import annotations

import re
import secrets
from base64 import b64encode
from dataclasses import dataclass, field
from itertools import count, islice
from uuid import UUID


@dataclass(frozen=True)
class Mark:
    """Twelve hexadecimal digits: fit for a text, for the end of a UUID and for an address of the network."""

    digits: str = field(default_factory=lambda: "a" + secrets.token_hex(5) + "b")
    numbers: count[int] = field(default_factory=lambda: count(1))

    def text(self, place: str) -> str:
        """`place` tells where it was planted, once it is found."""
        return f"{place}-{self.digits}"

    def email(self, place: str) -> str:
        return f"{place}.{self.digits}@planted.example"

    def uuid(self) -> str:
        """A new one each time."""
        return str(UUID(f"{secrets.token_hex(4)}{next(self.numbers):04x}4000a000{self.digits}"))

    def address(self) -> str:
        """Of IPv6."""
        groups = ":".join(re.findall("....", self.digits))
        return f"2001:db8::{groups}"

    def traces(self) -> re.Pattern[bytes]:
        """What to look for in bytes: as it is, as an address, hexadecimal, and in base64 wherever it begins."""
        plain = self.digits.encode()
        found = [
            plain,
            ":".join(re.findall("....", self.digits)).encode(),
            plain.hex().encode(),
            *_in_base64(plain),
        ]
        return re.compile(b"|".join(map(re.escape, found)), re.IGNORECASE)

    def found_in(self, data: bytes) -> list[str]:
        """Where the mark is, each with what stands around it."""
        return [
            data[max(0, one.start() - 60) : one.end() + 20].decode(errors="replace")
            for one in islice(self.traces().finditer(data), 5)
        ]


def _in_base64(plain: bytes) -> list[bytes]:
    """Its characters that do not depend on the bytes before and after, at each of the three places it may begin."""
    found = []
    for shift in range(3):
        whole = b64encode(b"x" * shift + plain + b"x" * 3)
        first = (shift * 8 + 5) // 6
        last = (shift + len(plain)) * 8 // 6
        found.append(whole[first:last])
    return found
