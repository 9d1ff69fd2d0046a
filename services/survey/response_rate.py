"""The response rate of displays in pages. Pure."""

from __future__ import annotations

from collections.abc import Mapping


def response_rate(total: Mapping[str, int]) -> float | None:
    """Answers a display, 0 to 1: `answered`/`shown`; None where nothing was shown.

    An answer that arrives late (the page was offline) counts on the day it arrives: a day's rate is at most 1.
    """
    if not total["shown"]:
        return None
    return min(1.0, total["answered"] / total["shown"])
