"""Who can be reached: the delivery log asked about every channel that is configured now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts.channels import addressed
from services.alerts.store import deliveries
from services.alerts.views import reach
from services.alerts.views.reach import Reach, Try
from services.alerts.views.who_is_told import FALLBACK_NAME
from shared.db import Connection

Reaches = dict[str | None, list[Reach]]


def reaches(conn: Connection, owners: Mapping[str, Mapping[str, Any]]) -> Reaches:
    """What the last attempts say of each channel of these owners (their documents), in order; of the fallback under
    None."""
    ways = [(key, way.kind, way.number) for key in owners for way in addressed.channels(dict(owners[key]))]
    asked: list[tuple[str | None, str, int]] = [*ways, (None, "email", 0)]
    found: Reaches = {key: [] for key in owners} | {None: []}
    for (key, _, _), rows in zip(asked, deliveries.tried(conn, asked), strict=True):
        tries = [Try(row["finished_at"], row["sent"], row["detail"], row["given_up"]) for row in rows]
        found[key].append(reach.of_channel(tries))
    return found


def unreachable(
    found: Reaches, owners: Mapping[str, Mapping[str, Any]], zone: ZoneInfo
) -> dict[str | None, dict[str, Any] | None]:
    """{since, in_words} of each owner whom no channel reaches any more, else None; of the fallback under None."""
    names = {key: owners[key]["name"] if key else FALLBACK_NAME for key in found}
    return {key: reach.unreachable(names[key], found[key], zone) for key in found}
