"""What changing a survey means: the rules, the row, and its journey's event in one transaction, the caller's."""

from __future__ import annotations

from typing import Any

from services.survey import places, wording
from services.survey.journeys import Change, CheckMatch, Document, publish
from services.survey.store import journeys, responses, surveys
from services.survey.store.surveys import PLACE
from shared.db import Connection
from shared.web.documents import etag
from shared.web.problems import Problem, invalid, not_found


def put(
    conn: Connection, survey: str, document: Document, check_match: CheckMatch, *, dry_run: bool
) -> Change:
    """Store the survey under its key; its journey is published again where it changed.

    check_match: see `journeys.put`. Raises Problem 422 where the place does not exist, 409 where the place, metric
    or audience of a survey with answers would change.
    """
    stored = surveys.lock(conn, survey)
    before = stored["document"] if stored else None
    check_match(etag(before) if stored else None)
    touched = sorted({document["journey"], stored["journey"]} if stored else {document["journey"]})
    found = {journey: journeys.lock(conn, journey) for journey in touched}
    _check_place(found[document["journey"]], document)
    _check_recovery(conn, survey, document)
    if stored:
        _check_immutable(conn, stored, document)
    if not dry_run and before != document:
        surveys.save(conn, survey, document, _revision(stored, document))
        _announce(conn, touched)
    said = warnings(found[document["journey"]], document) + _unknown_recovery(conn, document)
    return Change(before, document, said)


def delete(conn: Connection, survey: str, check_match: CheckMatch) -> None:
    """Archive the survey: from now on its document says so. Raises Problem 404."""
    stored = surveys.lock(conn, survey)
    if stored is None:
        raise not_found("survey", survey)
    check_match(etag(stored["document"]))
    if stored["status"] != "archived":
        journeys.lock(conn, stored["journey"])
        surveys.save(conn, survey, {**stored["document"], "status": "archived"}, stored["revision"])
        _announce(conn, [stored["journey"]])


def _announce(conn: Connection, touched: list[str]) -> None:
    for journey in touched:
        journeys.advance(conn, journey)
        publish(conn, journey)


def _check_place(journey: dict[str, Any] | None, document: Document) -> None:
    if journey is None:
        raise invalid({"journey": [f"There is no journey ‘{document['journey']}’."]})
    if document["status"] == "archived":
        return
    if journey["archived"]:
        raise invalid(
            {"journey": [f"The journey ‘{document['journey']}’ is archived. PUT it again to revive it."]}
        )
    errors = places.place_errors(journey["document"], document)
    if errors:
        raise invalid(errors)


def _check_recovery(conn: Connection, survey: str, document: Document) -> None:
    """The survey mailed after a solved case asks customers, and is not the one that found them unhappy."""
    wanted = (document.get("follow_ups") or {}).get("recovery_survey")
    if not wanted or document["status"] == "archived":
        return
    found = surveys.find(conn, wanted)
    text = None
    if wanted == survey:
        text = "Use a survey of its own: its answers are not those of everybody else."
    elif found is None:
        return  # may come later: `warnings` says so
    elif found["audience"] != "customer":
        text = f"‘{wanted}’ asks employees."
    elif found["status"] == "archived":
        text = f"‘{wanted}’ is archived."
    if text:
        raise invalid({"follow_ups.recovery_survey": [text]})


def _unknown_recovery(conn: Connection, document: Document) -> list[str]:
    wanted = (document.get("follow_ups") or {}).get("recovery_survey")
    if not wanted or surveys.find(conn, wanted) is not None:
        return []
    return [f"There is no survey ‘{wanted}’ yet: nobody is asked after a solved case."]


def _check_immutable(conn: Connection, stored: dict[str, Any], document: Document) -> None:
    changed = [name for name in PLACE if stored[name] != document[name]]
    if not changed:
        return
    # An answer that is being written right now must be seen: wait for it, and let none start until the commit.
    responses.hold(conn)
    count = responses.counts(conn, [stored["survey"]]).get(stored["survey"], 0)
    if count != 0:
        has = places.answered(count, "answer")
        detail = f"‘{stored['survey']}’ has {has}; make a new survey instead, and archive this one."
        errors = {name: [f"Is ‘{stored[name]}’ and can't change after the first answer."] for name in changed}
        raise Problem(409, "The survey has answers", detail, errors)


def _revision(stored: dict[str, Any] | None, document: Document) -> int:
    if stored is None:
        return 1
    reworded = wording.is_reworded(stored["document"]["question"], document["question"])
    return int(stored["revision"]) + (1 if reworded and not document.get("same_meaning") else 0)


def warnings(journey: dict[str, Any] | None, document: Document) -> list[str]:
    """What to think about before the survey is live, or once it is; none where it is not meant to be."""
    if journey is None or document["status"] != "live":
        return []
    found = [] if document.get("origins") else ["origins is empty: any site may show this survey."]
    stages = journey["document"].get("stages") or []
    if not (document.get("fatigue") or {}).get("cooldown_days"):
        found.append("fatigue.cooldown_days is not set: a visitor may be asked on every page view.")
    if (data := document.get("follow_ups")) and data.get("ask_contact") and not document.get("privacy_url"):
        found.append("privacy_url is not set: who is asked for a contact wants to know what becomes of it.")
    stage: Document = next((stage for stage in stages if stage["key"] == document["stage"]), {})
    if not stage.get("owner") and not journey["document"].get("owner"):
        found.append(f"{stage.get('name') or document['stage']} has no owner; alerts go to the fallback.")
    return found
