"""What came of one attempt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """`detail` is a sentence for the delivery log and never holds a secret; `status` what the receiver answered."""

    sent: bool
    detail: str
    status: int | None = None
    final: bool = False


class Refused(Exception):
    """This channel may not or cannot be used as it is configured; the message says why, without secrets."""
