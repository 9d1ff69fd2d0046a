"""The steps until answers come in: key, map, surveys, first display. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from services.survey.checklist.facts import DONE, LOOK, TODO, Facts, Link, Step, count, first, named, size


def key_step(facts: Facts) -> Step:
    admins, others = facts.keys["admin"], sum(facts.keys.values()) - facts.keys["admin"]
    said = f"{count(admins, 'key')} for admins" + (f", {others:,} for others." if others else ".")
    command = "journeyloop keys create --role admin --name laptop"
    return Step(
        "key",
        "First key",
        DONE if admins else TODO,
        said if admins else "No key for admins yet.",
        Link("Keys", "/keys"),
        command,
    )


def map_step(facts: Facts) -> Step:
    title, command = "Map of the journey", "journeyloop apply -f shop.yaml --dry-run"
    if not facts.journeys:
        link = Link("Make the first journey", "/admin/journeys?new=1")
        return Step("map", title, TODO, "No journey yet.", link, command)
    lines = [_drawn(document) for document in facts.journeys.values()]
    only = next(iter(facts.journeys)) if len(lines) == 1 else None
    path = f"/admin/journeys/{only}" if only else "/admin/journeys"
    if not any(size(document)[1] for document in facts.journeys.values()):
        said = "No touchpoint yet: a survey needs one to ask at."
        return Step("map", title, TODO, said, Link("Draw the map", path), command)
    if only:
        return Step("map", title, DONE, f"{lines[0]}.", Link("Map", path), command)
    return Step("map", title, DONE, f"{len(lines)} journeys.", Link("Maps", path), command, first(lines))


def survey_step(facts: Facts) -> Step:
    title, command = "Surveys that are live", "journeyloop apply -f shop.yaml"
    if not facts.surveys:
        link = Link("Make the first survey", "/admin/surveys?new=1")
        ready = any(size(document)[1] for document in facts.journeys.values())
        said = "No survey yet." if ready else "No survey yet: it needs a touchpoint of the map to ask at."
        return Step(
            "surveys", title, TODO, said, link if ready else Link("Surveys", "/admin/surveys"), command
        )
    states = Counter(row["status"] for row in facts.surveys)
    said = ", ".join(f"{states[status]} {status}" for status in ("live", "draft", "paused") if states[status])
    asked = {(row["journey"], row["stage"], row["touchpoint"]) for row in facts.surveys}
    points = sum(size(document)[1] for document in facts.journeys.values())
    unasked = points - len(asked)
    details = [f"At {unasked} of {points} touchpoints nobody is asked."] if unasked > 0 else []
    state = DONE if states["live"] else TODO
    link = Link("Surveys" if states["live"] else "Bring one live", "/admin/surveys")
    return Step("surveys", title, state, f"{said}.", link, command, details)


def display_step(facts: Facts) -> Step:
    live = [row["survey"] for row in facts.surveys if row["status"] == "live"]
    # Of employees only displays are known: they may be asked by a link alone.
    ours = {row["survey"] for row in facts.surveys if row.get("audience") == "employee"}
    waiting = [key for key in live if key not in facts.shown | facts.answered | ours]
    state, link = TODO, Link("Surveys", "/admin/surveys")
    if not live:
        said = "Nothing can be shown before a survey is live."
    elif waiting:
        said = f"Waiting for the first display of {named(waiting)}."
        link = _install(waiting[0])
    else:
        said = (
            "Every live survey was shown or answered." if live[1:] else f"‘{live[0]}’ was shown or answered."
        )
        state = LOOK if facts.blocked else DONE
    refused = dict.fromkeys(row["survey"] for row in facts.blocked if row["survey"] not in waiting[:1])
    return Step(
        "display",
        "First display",
        state,
        said,
        link,
        f"curl '{facts.survey_url}/v1/surveys/{[*waiting, *live, 'SURVEY'][0]}/form?explain=1'",
        [_refused(row) for row in facts.blocked],
        [_install(key) for key in refused],
    )


def _install(survey: str) -> Link:
    return Link(f"Install ‘{survey}’", f"/admin/surveys/{survey}/install")


def _drawn(document: Mapping[str, Any]) -> str:
    stages, touchpoints = size(document)
    return f"{document['name']}: {count(stages, 'stage')}, {count(touchpoints, 'touchpoint')}"


def _refused(row: Mapping[str, Any]) -> str:
    displays = count(row["displays"], "display")
    return f"‘{row['survey']}’: blocked {displays} from {row['origin']}. Add it to its origins?"
