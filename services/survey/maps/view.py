"""What the page of a journey's map shows: its stages and touchpoints with their owners, targets and surveys. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.survey.maps import consequences
from services.survey.maps.surgery import Document, Place
from shared.slugs import slug

METRICS = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}


def shown(
    document: Document, surveys: Iterable[Mapping[str, Any]], owners: Mapping[str, str] | None
) -> dict[str, Any]:
    """{owner, stages[{key, name, owner, unowned, targets, touchpoints}], touchpoints, unasked (how many), unowned[]}.

    surveys: rows {survey, stage, touchpoint, status, …} that are not archived. owners: {key: name} of those who can be
    told, None where nobody knows them right now.
    """
    rows = list(surveys)
    unowned = consequences.unowned(document, owners)
    stages = [_stage(document, stage, unowned, owners, rows) for stage in document.get("stages") or []]
    points = [point for stage in stages for point in stage["touchpoints"]]
    return {
        "owner": owner_text(document.get("owner"), owners),
        "stages": stages,
        "touchpoints": len(points),
        "unasked": sum(not point["surveys"] for point in points),
        "unowned": list(unowned.values()),
    }


def owner_text(owner: str | None, owners: Mapping[str, str] | None) -> str:
    """The owner's name with its key where that says more; "" where there is none."""
    name = (owners or {}).get(owner or "")
    if not name:
        return owner or ""
    return name if slug(name) == owner else f"{name} ({owner})"


def owner_options(
    current: str, owners: Mapping[str, str], inherited: str | None, fallback: str
) -> list[tuple[str, str]]:
    """The choices of an owner: nobody (and who is told then), everybody known, and a stored one nobody knows.

    inherited: for a stage the journey's owner, "" where it has none; None for the journey itself.
    """
    if inherited and inherited in owners:
        nobody = f"The journey’s owner: {owner_text(inherited, owners)}"
    else:
        nobody = f"No owner: alerts go to the fallback, {fallback}"
    known = [(key, owner_text(key, owners)) for key in sorted(owners, key=lambda key: owners[key].lower())]
    unknown = [(current, f"{current} (not an owner yet)")] if current and current not in owners else []
    return [("", nobody), *unknown, *known]


def targets(stage: Document) -> list[str]:
    """NPS 40, and CSAT 80 of employees."""
    return [
        f"{METRICS[target['metric']]} {target['score']:g}"
        + (" of employees" if target.get("audience") == "employee" else "")
        for target in stage.get("targets") or []
    ]


def name_of(document: Document, part: Document, place: Place) -> str:
    """The part's name; its key where it has none."""
    return str(part.get("name") or (place[-1] if place else document["name"]))


def order_text(name: str, number: int, count: int) -> str:
    """What was done by moving: Courier hand-over is now 2 of 4."""
    return f"{name} is now {number} of {count}."


def _stage(
    document: Document,
    stage: Document,
    unowned: Mapping[str, str],
    owners: Mapping[str, str] | None,
    surveys: list[Mapping[str, Any]],
) -> dict[str, Any]:
    here = [row for row in surveys if row["stage"] == stage["key"]]
    inherited = document.get("owner")
    own = owner_text(stage.get("owner"), owners)
    return {
        "key": stage["key"],
        "name": stage.get("name") or stage["key"],
        "owner": own or (f"{owner_text(inherited, owners)}, the journey’s owner" if inherited else ""),
        "unowned": unowned.get(stage["key"]),
        "targets": targets(stage),
        "touchpoints": [_touchpoint(point, here) for point in stage.get("touchpoints") or []],
    }


def _touchpoint(point: Document, surveys: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "key": point["key"],
        "name": point.get("name") or point["key"],
        "moment_of_truth": bool(point.get("moment_of_truth")),
        "channel": point.get("channel") or "",
        "goal": point.get("customer_goal") or "",
        "pain_points": len(point.get("pain_points") or []),
        "surveys": [(row["survey"], row["status"]) for row in surveys if row["touchpoint"] == point["key"]],
    }
