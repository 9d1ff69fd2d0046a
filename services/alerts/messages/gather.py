"""An incident's row, its journey's map, its owner and the aggregator's answers put together into a Story."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts.messages import cause as causes
from services.alerts.messages import figures
from services.alerts.messages.following import following
from services.alerts.messages.story import RESOLVED, Cause, Ending, Figure, Story
from services.alerts.routing import stage_of
from shared.wording import clean

Row = Mapping[str, Any]
_MEASURED = timedelta(days=55)  # 56 days, the last one included


def story(
    incident: Row,
    journey_map: Row | None,
    *,
    kind: str,
    facts: Row,
    addressee: str | None,
    because: str,
    told_at: datetime,
    link: str,
    zone: ZoneInfo,
) -> Story:
    """The facts of one message.

    facts: {"changes": /v1/changes or null, "measurement": what moved or null} for an opening; {"days": daily readings
    or null, "note"} for a resolution; for what goes out before somebody acknowledges also what following() reads.
    """
    changes = facts.get("changes") or incident["cause"]
    before, since, cause = known(incident, changes)
    closed_at = incident["closed_at"]
    stage = stage_of(dict(journey_map or {}), incident["stage"])
    return Story(
        kind=kind,
        incident=incident["id"],
        metric=incident["metric"],
        audience=incident["audience"],
        stage=incident["stage"],
        journey=incident["journey"],
        stage_name=clean(stage.get("name") or incident["stage"]),
        journey_name=clean((journey_map or {}).get("name") or incident["journey"]),
        addressee=clean(addressee) if addressee else None,
        because=because,
        onset=incident["onset"].astimezone(zone),
        opened_at=incident["opened_at"].astimezone(zone),
        told_at=told_at.astimezone(zone),
        false_alarms_per_year=incident["false_alarms_per_year"],
        link=link,
        before=before,
        since=since,
        cause=cause,
        measurement=facts.get("measurement") or incident["measurement"],
        ending=_ending(incident, facts, zone) if kind == RESOLVED else None,
        following=following(incident, facts, zone),
        resolved_at=closed_at.astimezone(zone) if closed_at else None,
    )


def question(incident: Row, zone: ZoneInfo, today: date) -> dict[str, str] | None:
    """The query of /v1/changes for an incident: before = the baseline's days, since = from the onset's day until
    today; None where the baseline's days are not known."""
    before = incident["before"]
    onset = incident["onset"].astimezone(zone).date()
    if not before.get("from") or not before.get("to"):
        return None
    return {
        **_place(incident),
        "before_from": before["from"],
        "before_to": before["to"],
        "since_from": onset.isoformat(),
        "since_to": max(onset, today).isoformat(),
    }


def measurement_question(incident: Row, zone: ZoneInfo, today: date) -> dict[str, str] | None:
    """The query of /v1/measurement for an incident: as `question`, but the last eight weeks of the baseline and the
    first eight since the onset, so that it stays cheap."""
    asked = question(incident, zone, today)
    if asked is None:
        return None
    first, last = date.fromisoformat(asked["since_from"]), date.fromisoformat(asked["before_to"])
    latest_from = max(date.fromisoformat(asked["before_from"]), last - _MEASURED)
    earliest_to = min(date.fromisoformat(asked["since_to"]), first + _MEASURED)
    return asked | {"before_from": latest_from.isoformat(), "since_to": earliest_to.isoformat()}


def days_question(incident: Row, zone: ZoneInfo, today: date) -> dict[str, str]:
    """The query of /v1/scores/series for each day from the onset until today."""
    onset = incident["onset"].astimezone(zone).date()
    return {**_place(incident), "from": onset.isoformat(), "to": max(onset, today).isoformat(), "step": "day"}


def _place(incident: Row) -> dict[str, str]:
    return {name: incident[name] for name in ("journey", "stage", "metric", "audience")}


def known(row: Row, changes: Row | None) -> tuple[Figure | None, Figure | None, Cause | None]:
    """Before, since and where the change comes from, of a stored incident or win: as the aggregator has it, else the
    figures as they were kept."""
    told = causes.figures(changes) if changes else (None, None)
    own = [figures.of_sums(row["metric"], row[name]) for name in ("before", "since")]
    return told[0] or own[0], told[1] or own[1], causes.cause(changes) if changes else None


def _ending(incident: Row, facts: Row, zone: ZoneInfo) -> Ending:
    closed_at = (incident["closed_at"] or incident["opened_at"]).astimezone(zone)
    last = closed_at.date().isoformat()  # whoever is told later learns how it ended, not what came since
    histograms = [day["histogram"] for day in facts.get("days") or [] if day["from"] <= last]
    back = figures.latest(incident["metric"], histograms) if histograms else None
    lowest = figures.lowest(incident["metric"], histograms) if histograms else None
    if back and lowest and lowest.score >= back.score:
        lowest = None  # it never was lower than now
    return Ending(
        closed_at=closed_at,
        by_person=incident["closed_by"] == "person",
        outcome=incident["outcome"],
        note=facts.get("note"),
        back=back,
        lowest=lowest,
        replaced=incident["closed_by"] == "map",
    )
