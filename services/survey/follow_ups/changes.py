"""What a person may change about a case, and what its history then says. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Case = Mapping[str, Any]
Line = tuple[str, dict[str, Any]]
# What was written into it now would be found by no erasure any more.
_ERASED = "The person was erased: the case stays closed, and without words."


class Refused(Exception):
    """A change that breaks a rule. `errors`: field → what is wrong with it."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in errors.items()))
        self.errors = errors


@dataclass
class Changed:
    """Columns to write and lines for the history; nothing at all where the case is so already."""

    values: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


def change(case: Case, wanted: Mapping[str, Any], causes: Collection[str], now: datetime) -> Changed:
    """What becomes of `case` by `wanted` {owner?, state?, outcome?, cause?, note?}. Raises Refused.

    Sent twice, the second time changes nothing.
    """
    _check(case, wanted, causes)
    found = Changed()
    _hand_over(case, wanted, found)
    _note(case, wanted, found)
    _state(case, wanted, found, now)
    return found


def _check(case: Case, wanted: Mapping[str, Any], causes: Collection[str]) -> None:
    errors = {}
    state = wanted.get("state", case["state"])
    if state == "resolved" and not wanted.get("outcome", case["outcome"]):
        errors["outcome"] = "Say how it ended."
    if state != "resolved":
        for name in ("outcome", "cause"):
            if wanted.get(name) is not None:
                errors[name] = "Only a resolved follow-up has one."
    if case["answer_id"] is None:
        errors |= {name: _ERASED for name in ("note", "state") if _touches(case, wanted, name)}
    if wanted.get("cause") is not None and wanted["cause"] not in causes:
        errors["cause"] = f"One of {', '.join(causes)}."
    if errors:
        raise Refused(errors)


def _touches(case: Case, wanted: Mapping[str, Any], name: str) -> bool:
    return bool(wanted.get(name)) and wanted[name] != case[name]


def _hand_over(case: Case, wanted: Mapping[str, Any], found: Changed) -> None:
    if "owner" in wanted and wanted["owner"] != case["owner"]:
        found.values |= {"owner": wanted["owner"], "taken_by": None, "taker": None, "taken_at": None}
        found.lines.append(("assigned", {"from": case["owner"], "to": wanted["owner"]}))


def _note(case: Case, wanted: Mapping[str, Any], found: Changed) -> None:
    if "note" not in wanted:
        return
    note = (wanted["note"] or "").strip() or None
    if note != case["note"]:
        found.values["note"] = note
        found.lines.append(("noted", {"note": note} if note else {}))


def _state(case: Case, wanted: Mapping[str, Any], found: Changed, now: datetime) -> None:
    state = wanted.get("state", case["state"])
    if state == "resolved":
        _resolve(case, wanted, found, now)
    elif case["state"] == "resolved":
        found.values |= {"outcome": None, "cause": None, "resolved_at": None, "overdue_at": None}
        found.values["due_at"] = now + (case["due_at"] - case["opened_at"])  # as long as it had at first
        found.lines.append(("reopened", {}))
    if state != case["state"]:
        found.values["state"] = state
    if state == "contacted" != case["state"]:
        found.values["contacted_at"] = now
        found.lines.append(("contacted", {}))


def _resolve(case: Case, wanted: Mapping[str, Any], found: Changed, now: datetime) -> None:
    said = {name: wanted.get(name, case[name]) for name in ("outcome", "cause")}
    if case["state"] == "resolved" and all(said[name] == case[name] for name in said):
        return
    found.values |= said
    if case["state"] != "resolved":
        found.values["resolved_at"] = now
    found.lines.append(("resolved", said))
