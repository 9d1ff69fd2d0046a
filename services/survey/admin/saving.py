"""Saving a journey from its pages: what a PUT with If-Match does, after saying what it would break."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.survey import journeys
from services.survey.maps import consequences
from services.survey.maps.consequences import Consequence, Used
from services.survey.maps.surgery import Document
from services.survey.places import displaced
from services.survey.schemas.journeys import Journey
from services.survey.store import journeys as store
from services.survey.store import responses, surveys
from shared.db import Connection
from shared.web.app import database
from shared.web.documents import etag
from shared.web.problems import Problem, field_paths, not_found

Owners = Mapping[str, str] | None
_MOST = 10_000


@dataclass(frozen=True)
class Stored:
    """A journey as it is stored now; `tag` is its ETag."""

    journey: str
    document: Document
    archived: bool

    @property
    def tag(self) -> str:
        return etag(self.document)


@dataclass(frozen=True)
class Outcome:
    """What became of a change: `saved`, or why not. `document` is what was or would have been stored.

    `changed`: somebody else saved the journey meanwhile. `errors`: by path. `consequences`: to be confirmed first.
    """

    document: Document
    saved: bool = False
    changed: bool = False
    errors: Mapping[str, Any] = field(default_factory=dict)
    consequences: list[Consequence] = field(default_factory=list)


def load(conn: Connection, journey: str) -> Stored:
    """The journey, archived or not. Raises Problem 404."""
    row = store.find(conn, journey)
    if row is None:
        raise not_found("journey", journey)
    return Stored(journey, row["document"], row["archived"])


def save(
    journey: str, tag: str, change: Callable[[Document], Document], owners: Owners, *, confirmed: bool
) -> Outcome:
    """Change the stored document and save it as a PUT with `If-Match: tag` would.

    Nothing is saved where it is another document by now, is not valid, or has consequences not `confirmed` or
    refused. Raises what `change` raises, and Problem 404.
    """
    with database() as conn:
        stored = load(conn, journey)
        if stored.archived:
            raise Problem(409, "The journey is archived", "Put it back into use first.")
        if tag != stored.tag:
            return Outcome(stored.document, changed=True)
        after = change(stored.document)
        if errors := Journey().validate(after):
            return Outcome(after, errors=field_paths(errors))
        found = consequences.of_change(stored.document, after, _used_outside(conn, journey, after), owners)
        if any(one.refused for one in found) or (found and not confirmed):
            return Outcome(after, consequences=found)
        try:
            journeys.put(conn, journey, after, _only(tag), dry_run=False)
        except Problem as problem:
            if problem.status != 412:
                raise
            return Outcome(stored.document, changed=True)
    return Outcome(after, saved=True)


def foresee(journey: str, change: Callable[[Document], Document], owners: Owners) -> list[Consequence]:
    """What saving the change would mean; nothing is saved. Raises what `change` raises, and Problem 404."""
    with database() as conn:
        document = load(conn, journey).document
        after = change(document)
        return consequences.of_change(document, after, _used_outside(conn, journey, after), owners)


def create(journey: str, document: Document) -> Outcome:
    """Store a journey under a key that no journey has, not even an archived one."""
    if errors := Journey().validate(document):
        return Outcome(document, errors=field_paths(errors))
    with database() as conn:
        try:
            journeys.put(conn, journey, document, _only(None), dry_run=False)
        except Problem as problem:
            if problem.status != 412:
                raise
            return Outcome(document, changed=True)
    return Outcome(document, saved=True)


def used(conn: Connection, journey: str) -> list[Used]:
    """Every survey of the journey with its responses counted."""
    return _counted(conn, surveys.page(conn, journey=journey, archived=True, after="", limit=_MOST))


def archive(journey: str, tag: str) -> list[Consequence]:
    """Archive the journey; what forbids it, or that somebody else changed it (Problem 412), is raised or given back."""
    with database() as conn:
        found = consequences.of_archiving(used(conn, journey))
        if any(one.refused for one in found):
            return found
        journeys.delete(conn, journey, _only(tag))
    return []


def revive(journey: str, tag: str) -> None:
    """Put an archived journey back into use. Raises Problem 404, 412."""
    with database() as conn:
        journeys.put(conn, journey, load(conn, journey).document, _only(tag), dry_run=False)


def _only(tag: str | None) -> journeys.CheckMatch:
    """The If-Match of a form: 412 where the stored document is not the one it was made from."""

    def check(current: str | None) -> None:
        if current != tag:
            raise Problem(
                412, "It has changed meanwhile", "Somebody else saved this journey. Nothing was changed."
            )

    return check


def _used_outside(conn: Connection, journey: str, document: Document) -> list[Used]:
    """The surveys, archived ones too, whose place the document lacks. Only their responses are counted."""
    rows = surveys.page(conn, journey=journey, archived=True, after="", limit=_MOST)
    return _counted(conn, displaced(document, rows))


def _counted(conn: Connection, rows: Any) -> list[Used]:
    listed = list(rows)
    counts = responses.counts(conn, [row["survey"] for row in listed])
    return [
        Used(row["survey"], row["stage"], row["touchpoint"], row["status"], counts.get(row["survey"], 0))
        for row in listed
    ]
