"""The form of an action: the document PUT as its inputs show it, and inputs as a document again. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from services.alerts import effects, routing
from services.alerts.views import places
from shared.wording import clean

Row = Mapping[str, Any]
Values = dict[str, Any]

TEXTS = (
    "action",
    "journey",
    "stage",
    "touchpoint",
    "metric",
    "audience",
    "title",
    "description",
    "owner",
    "started_on",
    "review_on",
    "before_from",
    "incident",
    "segment",
    "control_segment",
)
MANY = ("control_stages",)
# Which input shows what is wrong with a field.
INPUTS = {
    "treated.segment": "segment",
    "treated": "segment",
    "control.segment": "control_segment",
    "control.stages": "control_stages",
    "control": "control_stages",
}
LABELS = {
    "title": "What was done",
    "description": "More about it",
    "touchpoint": "Where",
    "metric": "Metric",
    "audience": "Audience",
    "owner": "Owner",
    "started_on": "Started on",
    "review_on": "To be judged on",
    "before_from": "Compared with the days from",
    "segment": "For whom",
    "control_segment": "Compared with the segment",
    "control_stages": "Compared with other stages",
    "action": "Key",
}
_AS_SEGMENT = re.compile(r"\s*([^=:\s]{1,63})\s*=\s*(.+?)\s*")
_SLUG_LENGTH = 63
# Of stages that moved alike, as many as suffice: each more adds little.
# How much more a stage's difference varied than answers alone explain, in words.
_UNLIKE = ((6, "far more than"), (3, "clearly more than"), (0, "a little more than"))
_MOST_CHOSEN = 3


def blank(journey_map: Row | None, journey: str, stage: str, today: date) -> Values:
    """An action at a stage from today, by the first question asked of customers there."""
    asked = [one for one in (journey_map or {}).get("surveys", []) if one["stage"] == stage]
    first: Row = min(asked, key=lambda one: one["audience"] != "customer", default={})
    return {
        **dict.fromkeys(TEXTS, ""),
        "control_stages": [],
        "journey": journey,
        "stage": stage,
        "metric": first.get("metric", "nps"),
        "audience": first.get("audience", "customer"),
        "started_on": today.isoformat(),
        "owner": routing.stage_of(journey_map or {}, stage).get("owner") or "",
    }


def of_incident(values: Values, incident: Row, zone: ZoneInfo) -> Values:
    """The same against an incident: compared with the days in which the stage was down."""
    days = [incident[name].astimezone(zone).date() for name in ("onset", "opened_at")]
    begins = effects.within_incident(date.fromisoformat(values["started_on"]), *days)
    place = {name: incident[name] for name in ("metric", "audience")}
    return values | place | {"incident": incident["id"], "before_from": begins.isoformat()}


def chosen(values: Values, suggested: Iterable[Row] | None) -> Values:
    """With the stages that moved alike chosen, where nothing is."""
    alike = [one["stage"] for one in suggested or [] if one["alike"]]
    return values if values["control_stages"] else values | {"control_stages": alike[:_MOST_CHOSEN]}


def values(action: str, document: Row) -> Values:
    """What the inputs show of a stored action."""
    control, treated = document.get("control") or {}, document.get("treated") or {}
    found = {name: document.get(name) or "" for name in TEXTS}
    return found | {
        "action": action,
        "segment": _segment_text(treated.get("segment")),
        "control_segment": _segment_text(control.get("segment")),
        "control_stages": list(control.get("stages") or []),
    }


def complete(sent: Mapping[str, Any]) -> Values:
    """What was sent as all inputs of the form."""
    return {name: sent.get(name, "") for name in TEXTS} | {name: sent.get(name, []) for name in MANY}


def document(sent: Mapping[str, Any]) -> dict[str, Any]:
    """The document that the inputs stand for; what is empty is left out."""
    plain = [name for name in TEXTS if name not in ("action", "segment", "control_segment")]
    found = {name: sent[name].replace("\r\n", "\n") for name in plain if sent[name]}
    control: dict[str, Any] = {"stages": list(sent["control_stages"])} if sent["control_stages"] else {}
    if sent["control_segment"]:
        control["segment"] = segment(sent["control_segment"])
    treated = {"segment": segment(sent["segment"])} if sent["segment"] else {}
    return found | {"treated": treated, "control": control}


def segment(text: str) -> Any:
    """{region: north} of region=north; what is none is left for the schema to refuse."""
    found = _AS_SEGMENT.fullmatch(text)
    return {found[1]: found[2]} if found else {}


def said(errors: Mapping[str, Any]) -> dict[str, Any]:
    """What is wrong, in the form's own words where the API speaks of its document."""
    found = dict(errors)
    for path, error in errors.items():
        if path in ("treated.segment", "control.segment") and "Name one segment" in " ".join(error):
            found[path] = ["Write one segment like region=north."]
        elif path in ("started_on", "review_on", "before_from") and "Write a day" in " ".join(error):
            found[path] = ["Choose a day."]
        elif path in ("started_on", "title") and error == ["Missing data for required field."]:
            found[path] = ["Choose a day." if path == "started_on" else "Say what was done."]
        elif path == "review_on":
            found[path] = ["It must come after the day it started."]
        elif path == "before_from":
            found[path] = ["It must come before the day it started, by a year at most."]
        elif path == "control.segment" and "Needs treated" in " ".join(error):
            found[path] = ["Say for whom it was, by the same key: region=north against region=south."]
    return found


def key(title: str, taken: Collection[str]) -> str:
    """A key for an action nobody named: of its title, with a number where there is one already."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    first = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: _SLUG_LENGTH - 4].strip("-") or "action"
    names = (first if number == 1 else f"{first}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def options(
    journey_map: Row | None, sent: Row, owners: Mapping[str, str], suggested: Sequence[Row] | None
) -> dict[str, list[Any]]:
    """What the inputs offer: touchpoints of the stage, owners, and the other stages, those that moved alike first."""
    found = routing.stage_of(journey_map or {}, sent["stage"])
    touchpoints = [(one["key"], clean(one.get("name") or one["key"])) for one in found.get("touchpoints", [])]
    people = sorted(((one, clean(name)) for one, name in owners.items()), key=lambda pair: pair[1].lower())
    return {
        "touchpoint": _with([("", "All of the stage"), *touchpoints], sent["touchpoint"]),
        "owner": _with([("", "Nobody yet"), *people], sent["owner"]),
        "metric": list(places.METRICS.items()),
        "audience": [("customer", "Customers"), ("employee", "Employees (not measured)")],
        "stages": _stages(journey_map, sent, suggested),
    }


def _stages(
    journey_map: Row | None, sent: Row, suggested: Sequence[Row] | None
) -> list[tuple[str, str, str]]:
    """(key, name, what its past says) of each stage that could be a control."""
    known = {one["stage"]: one for one in suggested or []}
    stages = {
        one["key"]: clean(one.get("name") or one["key"]) for one in (journey_map or {}).get("stages", [])
    }
    names = {**stages, **{one: stages.get(one, one) for one in sent["control_stages"]}}
    names.pop(sent["stage"], None)
    order = [*known, *(one for one in names if one not in known)]
    return [(one, names[one], _past(known.get(one), suggested is not None)) for one in order if one in names]


def _past(one: Row | None, asked: bool) -> str:
    if one is None:
        return "too few answers to tell whether it moved alike" if asked else ""
    if one["alike"]:
        return f"moved alike over {one['weeks']} weeks"
    much = next(words for least, words in _UNLIKE if one["moves"] >= least)
    return f"moved differently over {one['weeks']} weeks, {much} by chance"


def _with(found: list[tuple[str, str]], chosen: str) -> list[tuple[str, str]]:
    return found if chosen in dict(found) else [*found, (chosen, f"{chosen} (not known)")]


def _segment_text(segment: Row | None) -> str:
    return " ".join(f"{key}={value}" for key, value in (segment or {}).items())
