"""Window and audience of the journey page, in its address. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

WINDOWS = {"7d": "7 days", "28d": "28 days", "90d": "90 days"}
AUDIENCES = {None: "Everybody", "customer": "Customers", "employee": "Employees"}
USUAL = "28d"

Links = list[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is shown: a window, and one audience or (None) both."""

    window: str = USUAL
    audience: str | None = None


def asked(query: Mapping[str, str]) -> Asked:
    """What an address asks for; what it does not know is the usual."""
    window, audience = query.get("window", ""), query.get("audience")
    return Asked(window if window in WINDOWS else USUAL, audience if audience in AUDIENCES else None)


def switches(path: str, shown: Asked) -> dict[str, Links]:
    """The links that change one of the two and keep the other."""
    return {
        "window": [
            (_to(path, replace(shown, window=key)), name, key == shown.window)
            for key, name in WINDOWS.items()
        ],
        "audience": [
            (_to(path, replace(shown, audience=key)), name, key == shown.audience)
            for key, name in AUDIENCES.items()
        ],
    }


def table(path: str, shown: Asked) -> str:
    """Where the table is as CSV."""
    return _to(f"{path}/touchpoints.csv", shown)


def _to(path: str, shown: Asked) -> str:
    given = {name: value for name, value in asdict(shown).items() if value is not None}
    return f"{path}?{urlencode(given)}"
