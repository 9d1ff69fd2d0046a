"""What the pages of privacy show: a person's export as counts and lines, a filter as words. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

LATEST = 20
PSEUDONYM = 12
_WHAT = {
    "journey": "their journey",
    "kept": "all that is kept",
    "export": "all of it as a file",
    "void": "answers to be voided",
}
_SAID = (
    "journey", "stage", "touchpoint", "survey", "metric", "audience", "score", "reason", "channel", "from", "to",
)  # fmt: skip
_KEPT = ("answers", "contacts", "contact_details", "follow_ups", "rejected_rows", "waiting_imports")
# Filters whose value is not noted.
_UNSAID = {"q": "words in the comment", "respondent": "one respondent"}


def kept(document: Mapping[str, Any]) -> dict[str, Any]:
    """An export (`person.export`) for the page: how much of everything, and the latest answers, newest first.

    {answers, comments, unverified, surveys[(survey, answers)], latest[answer], first, last, contacts[…], never,
    contact_details[…], follow_ups, rejected_rows, waiting_imports[file name], erased_at[…], nothing}
    """
    answers = document["answers"]
    counts = Counter(answer["survey"] for answer in answers)
    contacts = document["contacts"]
    return {
        "answers": len(answers),
        "comments": sum(bool(answer["comment"]) for answer in answers),
        "unverified": sum(not answer["verified"] for answer in answers),
        "surveys": sorted(counts.items(), key=lambda one: (-one[1], one[0])),
        "latest": answers[::-1][:LATEST],
        "first": answers[0]["answered_at"] if answers else None,
        "last": answers[-1]["answered_at"] if answers else None,
        "contacts": contacts,
        "never": any(contact["never_at"] for contact in contacts),
        "contact_details": document["contact_details"],
        "follow_ups": len(document["follow_ups"]),
        "rejected_rows": len(document["rejected_rows"]),
        "waiting_imports": [one["file_name"] for one in document["waiting_imports"]],
        "erased_at": document["erased_at"],
        "nothing": not any(document[name] for name in _KEPT),
    }


def looked(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Looks at persons for a list: the rows with `saw` in words, and the pseudonym as short as tells two apart."""
    return [{**row, "saw": _WHAT[row["what"]], "pseudonym": row["pseudonym"][:PSEUDONYM]} for row in rows]


def file_name(exported_at: datetime) -> str:
    """The name of a download, without the person's."""
    return f"person-{exported_at:%Y-%m-%d-%H%M%S}.json"


def in_words(filter_: Mapping[str, Any]) -> str:
    """A noted filter of voided answers: `survey delivery-nps, score 0-6, words in the comment`."""
    said = [
        f"{name} {filter_[name]}"
        for name in _SAID
        if name in filter_ and (name, filter_[name]) != ("audience", "customer")
    ]
    return ", ".join(said + [text for name, text in _UNSAID.items() if name in filter_])
