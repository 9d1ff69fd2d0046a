"""The form of a silence: the document PUT as its inputs show it, and inputs as a document again. Pure.

People give a day and, if they like, a time of REPORT_TZ; the document holds a day, or a time with its offset. Where
nobody touched a time it stays as it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts.views import places

Values = dict[str, Any]
NAMES = ("silence", "where", "metric", "audience", "from_day", "from_time", "to_day", "to_time", "why")
# Which input shows what is wrong with a field.
INPUTS = {"journey": "where", "stage": "where", "from": "from_day", "to": "to_day"}
LABELS = {
    "where": "What",
    "metric": "Metric",
    "audience": "Audience",
    "from_day": "From",
    "to_day": "To",
    "why": "Why",
    "silence": "Key",
}
_SLUG_LENGTH = 63


def blank(now: datetime, zone: ZoneInfo, journey: str, stage: str, metric: str, audience: str) -> Values:
    """A silence of a place from now for a day."""
    begins = now.astimezone(zone).replace(second=0, microsecond=0)
    return {
        **dict.fromkeys(NAMES, ""),
        "where": _where(journey, stage),
        "metric": metric,
        "audience": audience,
        **_inputs("from", begins),
        **_inputs("to", begins + timedelta(days=1)),
    }


def values(silence: str, document: Mapping[str, Any], zone: ZoneInfo) -> Values:
    """What the inputs show of a stored silence."""
    found = {name: document.get(name) or "" for name in ("metric", "audience", "why")}
    where = _where(document.get("journey") or "", document.get("stage") or "")
    times = [_inputs(name, _local(document[name], zone)) for name in ("from", "to")]
    return {"silence": silence, "where": where, **found, **times[0], **times[1]}


def complete(sent: Mapping[str, Any]) -> Values:
    """What was sent as all inputs of the form."""
    return {name: sent.get(name, "") for name in NAMES}


def document(sent: Mapping[str, Any], stored: Mapping[str, Any] | None, zone: ZoneInfo) -> dict[str, Any]:
    """The document that the inputs stand for; what is empty is left out, but for what every silence has."""
    journey, _, stage = sent["where"].partition("/")
    place = {"journey": journey, "stage": stage, "metric": sent["metric"], "audience": sent["audience"]}
    before = values("", stored, zone) if stored else {}
    times = {}
    for name in ("from", "to"):
        untouched = bool(stored) and all(
            sent[f"{name}_{of}"] == before[f"{name}_{of}"] for of in ("day", "time")
        )
        times[name] = stored[name] if stored and untouched else _moment(sent, name, zone)
    return {name: text for name, text in place.items() if text} | times | {"why": sent["why"]}


def said(errors: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """What is wrong, with the words of the form where a day or time is none: the API's speak of offsets."""
    found = dict(errors)
    for name in found.keys() & {"from", "to"}:
        if not _is_one(date, sent[f"{name}_day"]):
            found[name] = ["Choose a day."]
        elif sent[f"{name}_time"] and not _is_one(time, sent[f"{name}_time"]):
            found[name] = ["Write the time like 18:00."]
    return found


def key(document: Mapping[str, Any], taken: Iterable[str]) -> str:
    """A key for a silence nobody named: delivery-2026-11-24, with a number where there is one already."""
    place = document.get("stage") or document.get("journey") or "everything"
    first = f"{place[: _SLUG_LENGTH - 14]}-{document['from'][:10]}"
    known = set(taken)
    names = (first if number == 1 else f"{first}-{number}" for number in range(1, len(known) + 2))
    return next(name for name in names if name not in known)


def options(maps: Iterable[Mapping[str, Any]], chosen: str) -> list[tuple[str, str]]:
    """What `where` offers: everything, each journey, and each of its stages; and what is chosen, wherever that is."""
    known = {one["journey"]: one for one in maps}
    found = [("", places.EVERYTHING)]
    for journey, one in known.items():
        found.append((journey, f"{places.journey_name(journey, known)}: all stages"))
        stages = [stage["key"] for stage in one.get("stages", [])]
        found += [(_where(journey, key), _named(journey, key, known)) for key in stages]
    if chosen not in dict(found):
        found.append((chosen, f"{chosen} (not on a map)"))
    return found


def _named(journey: str, stage: str, known: places.Names) -> str:
    return places.words({"journey": journey, "stage": stage}, known)


def _where(journey: str, stage: str) -> str:
    return f"{journey}/{stage}" if stage else journey


def _local(text: str, zone: ZoneInfo) -> date | datetime:
    found = datetime.fromisoformat(text)
    return found.astimezone(zone) if found.tzinfo else found.date()


def _inputs(name: str, at: date | datetime) -> Values:
    if isinstance(at, datetime):
        return {f"{name}_day": at.date().isoformat(), f"{name}_time": f"{at:%H:%M}"}
    return {f"{name}_day": at.isoformat(), f"{name}_time": ""}


def _is_one(kind: type[date] | type[time], text: str) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True


def _moment(sent: Mapping[str, Any], name: str, zone: ZoneInfo) -> str:
    """The day, or the day and time with the zone's offset then; what is neither is left for the schema to refuse."""
    day, at = sent[f"{name}_day"], sent[f"{name}_time"]
    if not at:
        return str(day)
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(at), zone).isoformat()
    except ValueError:
        return f"{day} {at}".strip()
