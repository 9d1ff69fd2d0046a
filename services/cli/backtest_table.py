"""A back-test as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from services.alerts.backtest_document import learning
from services.alerts.backtesting import Question
from shared.events import parse_time

SHOWN_ALARMS, A_LINE = 12, 6
COLUMNS = ("opened", "onset", "closed", "before", "since")
CHANGES = {
    "new": "opens {now}, not at all by default",
    "gone": "does not open: by default on {then}",
    "opens_earlier": "opens {now} instead of {then}",
    "opens_later": "opens {now} instead of {then}",
    "same": "opens {now} as well",
}


def lines(found: dict[str, Any], asked: Question, zone: tzinfo) -> Iterator[str]:
    """The table of incidents, what it was still learning until, what changes, and the common rules; times in `zone`."""
    place, rate = asked.place, asked.false_alarms_per_year
    answers = f"{found['answers']:,} answers on {found['days']:,} days"
    yield f"{place.key}, {place.metric.upper()} of {place.audience}s: {answers}"
    yield f"At most {rate:g} false alarms a year. {learning(found['answers'], found['learning_until'])}"
    yield ""
    yield from _incidents(found["incidents"], zone)
    if found["changes"]:
        yield ""
        yield from _changes(found["changes"], zone)
    yield ""
    yield "Common rules on the same days:"
    for rule in found["rules"]:
        yield from _rule(rule, found["learning_until"])


def _incidents(incidents: list[dict[str, Any]], zone: tzinfo) -> Iterator[str]:
    if not incidents:
        yield "No incident."
        return
    rows = [COLUMNS, *(_row(incident, zone) for incident in incidents)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _row(incident: dict[str, Any], zone: tzinfo) -> tuple[str, ...]:
    closed = incident["closed_at"]
    return (
        _time(incident["opened_at"], zone),
        _time(incident["onset"], zone),
        _time(closed, zone) if closed else "still open",
        _figure(incident["before"]),
        _figure(incident["since"]),
    )


def _figure(measured: dict[str, Any]) -> str:
    if measured["score"] is None:
        return "no answers"
    return "{score:.0f} ({low:.0f} to {high:.0f}), n {n:,}".format_map(measured)


def _changes(changes: dict[str, Any], zone: tzinfo) -> Iterator[str]:
    yield f"Against the default of {changes['default']:g} a year:"
    for change in changes["incidents"]:
        now, then = (
            _time(change[name], zone) if change[name] else "" for name in ("opened_at", "by_default")
        )
        yield f"  {CHANGES[change['change']].format(now=now, then=then)}"
    if not changes["incidents"]:
        yield "  nothing: no incident either way"


def _rule(rule: dict[str, Any], learning_until: str | None) -> Iterator[str]:
    """How often it raised an alarm and when, and how many of these the detector had no reason or no chance to raise."""
    alarms = rule["alarms"]
    inside = sum(alarm["in_incident"] for alarm in alarms)
    learning = sum(learning_until is None or alarm["day"] < learning_until for alarm in alarms)
    counted = f"{rule['count']} alarms" if rule["count"] != 1 else "1 alarm"
    if alarms:
        counted += f": {inside} in the incidents above, {learning} while the detector was learning"
        counted += f", {rule['count'] - inside - learning} besides"
    yield f"  {rule['rule'].replace('_', ' ')} ({rule['means']})"
    yield f"    {counted}"
    days = [alarm["day"] for alarm in alarms]
    for start in range(0, min(len(days), SHOWN_ALARMS), A_LINE):
        yield "    " + "  ".join(days[start : start + A_LINE])
    if len(days) > SHOWN_ALARMS:
        yield f"    … and {len(days) - SHOWN_ALARMS} more: --json has all"


def _time(text: str, zone: tzinfo) -> str:
    return parse_time(text).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
