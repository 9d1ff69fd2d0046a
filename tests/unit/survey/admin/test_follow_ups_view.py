"""The words of cases: where one stands, whose it is, and what happened to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.survey.admin import follow_ups_view as view
from services.survey.follow_ups.rules import CAUSES, OUTCOMES, STATES

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CASE: dict[str, Any] = {
    "id": "1", "journey": "shop", "stage": "delivery", "metric": "nps", "score": 2, "state": "open", "owner": "ben",
    "taken_by": None, "taken_at": None, "outcome": None, "opened_at": NOW - timedelta(hours=20), "resolved_at": None,
    "due_at": NOW + timedelta(hours=4),
}  # fmt: skip
NAMES = {("shop",): "Shop", ("shop", "delivery"): "Delivery"}
OWNERS = {"ben": "Ben", "ana": "Ana"}


def line(**changes: Any) -> dict[str, Any]:
    return view.line(CASE | changes, NAMES, OWNERS, ("ben",), NOW)


def test_a_case_in_the_list() -> None:
    found = line()
    assert (found["what"], found["due"], found["owner"]) == ("Delivery: 2 of 10", "in 4 hours", "Ben")
    assert (found["state"], found["may_take"], found["mine"]) == (("○", "Open", "plain"), True, True)


def test_what_is_late_says_so_before_all_else_and_what_is_over_is_never_late() -> None:
    late = line(state="contacted", due_at=NOW - timedelta(days=2))
    assert (late["state"], late["due"], late["overdue"]) == (view.OVERDUE, "2 days ago", True)
    over = line(state="resolved", outcome="no_answer", due_at=NOW - timedelta(days=2), resolved_at=NOW)
    assert (over["state"][1], over["due"], over["outcome"], over["may_take"]) == (
        "Resolved",
        "",
        "No answer",
        False,
    )


def test_nobodys_and_somebody_unknown() -> None:
    assert line(owner=None)["owner"] == "Nobody yet"
    assert line(owner="gone")["owner"] == "gone"
    assert not line(taken_at=NOW, taken_by="Eve")["may_take"]


def test_every_state_outcome_and_cause_has_words() -> None:
    assert set(view.STATES) == set(STATES)
    assert set(view.OUTCOMES) == set(OUTCOMES)
    assert set(view.CAUSES) == set(CAUSES)


@pytest.mark.parametrize(
    ("kind", "by", "detail", "words"),
    [
        ("opened", "rule", {"owner": "ben"}, "Opened by the survey’s rule, for Ben"),
        ("opened", "Eve", {"owner": None}, "Opened by Eve"),
        ("assigned", "Ben", {"from": "ben", "to": "ana"}, "Handed over to Ana by Ben"),
        ("assigned", "Ben", {"from": "ben", "to": None}, "Handed over to nobody by Ben"),
        ("resolved", "Ben", {"outcome": "solved", "cause": "late"}, "Resolved by Ben: solved, because of: It was late"),
        ("resolved", "x", {"outcome": "not_needed", "reason": "voided"}, "Resolved by x: not needed (voided)"),
        ("noted", "customer", {"contact": "withdrawn"}, "The customer takes the contact back"),
        ("recovery sent", "journeyloop", {}, "The customer was asked how it went"),
        ("something new", "Ben", {}, "something new by Ben"),
    ],
)  # fmt: skip
def test_what_happened(kind: str, by: str, detail: dict[str, Any], words: str) -> None:
    event = {"at": NOW, "by": by, "kind": kind, "detail": detail}
    [found] = view.happened([event], OWNERS, {"late": "It was late"})
    assert found["what"] == words


def test_handing_over_offers_everybody_else_by_name() -> None:
    assert view.options(OWNERS, "ben") == [("", "Choose"), ("ana", "Ana"), ("-", "Nobody: whoever takes it")]
    assert view.options(OWNERS, None) == [("", "Choose"), ("ana", "Ana"), ("ben", "Ben")]
