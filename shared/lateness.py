"""The banner over pages whose scores are late: as of when, how late, why. Pure; the same words in every service.

Other services ask the aggregator's GET /v1/freshness for the document; `journey` and `stage` narrow it down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shared.events import parse_time
from shared.freshness import LATE, Freshness, duration
from shared.wording import clean, day


class Banner(NamedTuple):
    """kind: of `ui.banner`."""

    kind: str
    text: str


def banners(
    freshness: Mapping[str, Any], now: datetime, names: Mapping[tuple[str, str], str] | None = None
) -> list[Banner]:
    """What stands over a page, worst first; nothing where scores are fresh. now: in REPORT_TZ. names: of (journey,
    stage), for gaps."""
    if not freshness["late"]:
        return []
    gaps = [Banner("worse", text) for text in _gaps(freshness, now, names or {})]
    behind = freshness["behind_seconds"]
    if gaps and behind is not None and timedelta(seconds=behind) <= LATE:
        return gaps
    return [*gaps, Banner("warning", _as_of(freshness, now))]


def detectors_late(found: Freshness, now: datetime) -> str | None:
    """What stands over pages of incidents while answers are on their way to the detectors. now: in REPORT_TZ."""
    if not found.late:
        return None
    if found.as_of is None or found.behind is None:
        until = "Nobody can tell which answers the detectors have seen"
    elif found.behind <= LATE:
        until = "The detectors have not seen all answers"
    else:
        until = f"The detectors have seen the answers until {clock(found.as_of, now)} ({duration(found.behind)} behind)"
    return f"{until}: a stage may have degraded since. {found.why}"


def clock(at: datetime, now: datetime) -> str:
    """09:14, with the day where it is not today's. now: in the zone to show."""
    local = at.astimezone(now.tzinfo)
    time = f"{local:%H:%M}"
    return time if local.date() == now.date() else f"{day(local, now)}, {time}"


def _as_of(freshness: Mapping[str, Any], now: datetime) -> str:
    if freshness["as_of"] is None:
        return f"Nobody can tell how current these scores are. {freshness['why']}"
    behind = duration(timedelta(seconds=freshness["behind_seconds"]))
    return f"Scores as of {clock(_time(freshness['as_of']), now)} ({behind} behind). {freshness['why']}"


def _gaps(freshness: Mapping[str, Any], now: datetime, names: Mapping[tuple[str, str], str]) -> Iterator[str]:
    for gap in freshness["gaps"]:
        place, since = (gap["journey"], gap["stage"]), clock(_time(gap["since"]), now)
        yield (
            f"{clean(names.get(place, '/'.join(place)))} has counted no answers since {since}: "
            "some before them got lost on the way. Nothing is lost for good; an admin sends them again with "
            "‘journeyloop republish’."
        )


def _time(at: datetime | str) -> datetime:
    return parse_time(at) if isinstance(at, str) else at
