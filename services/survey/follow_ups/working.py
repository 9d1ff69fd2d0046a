"""Working a case: taken, handed over, contacted, resolved; closed where its answer goes. The caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.survey.follow_ups import changes, recovering, rules
from services.survey.follow_ups.publishing import publish
from services.survey.store import follow_up_changes, follow_ups, recoveries, surveys
from shared.access.principal import Principal
from shared.db import Connection
from shared.web.problems import Problem, invalid, not_found

Row = dict[str, Any]


def locked(conn: Connection, id: UUID) -> Row:
    """The case, changed by nobody else until the commit. Raises Problem 404."""
    case = follow_ups.lock(conn, id)
    if case is None:
        raise not_found("follow-up", str(id))
    return case


def change(conn: Connection, case: Row, wanted: Mapping[str, Any], by: Principal) -> Row:
    """The locked case after `wanted` (`changes.change`). Whoever contacts a customer has taken the case.

    Raises Problem 422 naming each wrong field.
    """
    now = datetime.now(UTC)
    if wanted.get("owner") and wanted["owner"] != case["owner"]:
        _check_owner(conn, wanted["owner"], by)
    try:
        found = changes.change(case, wanted, _causes(conn, case), now)
    except changes.Refused as refused:
        raise invalid({name: [text] for name, text in refused.errors.items()}) from refused
    if "contacted_at" in found.values and case["taken_at"] is None and "owner" not in found.values:
        found.values |= _taken(by, now)
    saved = write(conn, case, found.values, found.lines, by.name, now)
    recovering.after_change(conn, saved)
    return saved


def take(conn: Connection, id: UUID, by: Principal, owner: str | None = None) -> Row:
    """The case, now this person's, as one of their owners: the one named, the case's, or their first.

    Raises Problem 404; 409 where somebody else was faster or it is resolved; 422 where the owner named is not theirs.
    """
    case = locked(conn, id)
    if case["state"] == "resolved":
        raise Problem(409, "Already resolved", "Reopen it first.")
    if case["taken_at"] is not None and case["taker"] != by.id:
        raise Problem(409, "Somebody was faster", f"{case['taken_by']} has taken it.")
    if owner is not None and owner not in by.owners and not by.may("admin"):
        raise invalid({"owner": [f"You are not ‘{owner}’."]})
    if owner is not None:
        _check_owner(conn, owner, by)
    mine = owner or _mine(case["owner"], by)
    if case["taken_at"] is not None and mine == case["owner"]:
        return case
    now = datetime.now(UTC)
    line = ("taken", {"from": case["owner"], "to": mine})
    return write(conn, case, {"owner": mine} | _taken(by, now), [line], by.name, now)


def close_voided(conn: Connection, answer_ids: Iterable[UUID], by: str) -> None:
    """Close the cases of answers that were taken out of the scores: there was nothing to solve."""
    _close(conn, answer_ids, by, {"reason": "the answer was voided"})


def note_withdrawal(conn: Connection, answer_id: UUID) -> None:
    """Say in the history of the answer's case, where it has one, that the customer wants no contact any more."""
    for case in follow_ups.of_answers(conn, [answer_id]).values():
        line: changes.Line = ("noted", {"contact": "withdrawn"})
        write(conn, locked(conn, case["id"]), {}, [line], "customer", datetime.now(UTC))


def erase(conn: Connection, answer_ids: Iterable[UUID], by: str) -> int:
    """Take what is personal out of the cases of answers being erased, and close them; the number of cases."""
    found = sorted(follow_ups.of_answers(conn, list(answer_ids)).values(), key=lambda case: str(case["id"]))
    now = datetime.now(UTC)
    for case in found:
        nobody = {"answer_id": None, "respondent": None, "respondent_key": None, "note": None}
        case = locked(conn, case["id"])  # first: what somebody writes into it at this moment is forgotten too
        follow_up_changes.forget_notes(conn, case["id"])
        recoveries.forget(conn, case["id"])
        values = nobody if case["state"] == "resolved" else nobody | _not_needed(now)
        write(conn, case, values, [("erased", {})], by, now)
    return len(found)


def write(
    conn: Connection,
    case: Row,
    values: Mapping[str, Any],
    lines: Sequence[changes.Line],
    by: str,
    now: datetime,
) -> Row:
    """Write columns and history of a locked case, and tell the other services; as it was where there is nothing."""
    if not values and not lines:
        return case
    for kind, detail in lines:
        follow_up_changes.add_event(conn, case["id"], by, kind, detail)
    saved = follow_up_changes.save(conn, case["id"], values)
    publish(conn, saved, now)
    return saved


def _close(conn: Connection, answer_ids: Iterable[UUID], by: str, why: Mapping[str, str]) -> None:
    found = follow_ups.of_answers(conn, list(answer_ids))
    now = datetime.now(UTC)
    for id in sorted(case["id"] for case in found.values()):
        case = locked(conn, id)
        if case["state"] != "resolved":
            line = ("resolved", {"outcome": "not_needed", "cause": None, **why})
            write(conn, case, _not_needed(now), [line], by, now)


def _not_needed(now: datetime) -> dict[str, Any]:
    return {"state": "resolved", "outcome": "not_needed", "resolved_at": now}


def _taken(by: Principal, now: datetime) -> dict[str, Any]:
    return {"taken_by": by.name, "taker": by.id, "taken_at": now}


def _mine(owner: str | None, by: Principal) -> str | None:
    """The owner a case gets that this person takes; it keeps its owner where they are nobody's."""
    return owner if owner in by.owners or not by.owners else by.owners[0]


def _causes(conn: Connection, case: Row) -> Collection[str]:
    survey = surveys.find(conn, case["survey"])
    return rules.causes(survey["document"] if survey else {})


def _check_owner(conn: Connection, owner: str, by: Principal) -> None:
    if owner not in by.owners and not follow_ups.is_owner(conn, owner):
        raise invalid({"owner": [f"There is no owner ‘{owner}’."]})
