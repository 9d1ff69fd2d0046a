"""What the pages of one survey have in common: the survey, its place in words, its tabs, what keeps it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response

from services.survey import surveys
from services.survey.admin import survey_ready
from services.survey.journeys import Change
from services.survey.own_stages import place_names
from services.survey.schemas.surveys import Survey
from services.survey.store import journeys, response_list
from services.survey.store import surveys as store
from shared.web.app import database
from shared.web.auth import principal
from shared.web.documents import etag
from shared.web.pages import render
from shared.web.problems import Problem, field_paths, invalid, not_found

TABS = {
    "": "Edit",
    "preview": "Preview",
    "install": "Install",
    "link": "Link",
    "email": "E-mail",
    "qr": "QR",
    "health": "Health",
}
# Symbol and word; a colour says nothing alone.
STATUSES = {
    "draft": ("◌", "Draft", "plain"),
    "live": ("●", "Live", "ok"),
    "paused": ("▮▮", "Paused", "warning"),
    "archived": ("▬", "Archived", "plain"),
}
METRICS = {"nps": "NPS, 0 to 10", "csat": "CSAT, 1 to 5", "ces": "CES, 1 to 7"}
AUDIENCES = {"customer": "Customers", "employee": "Employees"}


@dataclass(frozen=True)
class Shown:
    """A survey as its pages show it. `journey`: its journey's row. `last_answer`: of any time, None without any."""

    survey: str
    document: dict[str, Any]
    revision: int
    journey: dict[str, Any]
    last_answer: datetime | None

    @property
    def tag(self) -> str:
        return etag(self.document)

    @property
    def status(self) -> str:
        return str(self.document["status"])

    @property
    def question(self) -> str:
        return str(next(iter(self.document["question"].values())))

    @property
    def names(self) -> dict[str, str]:
        """The names of its journey, stage and touchpoint; their keys where the map has them no more."""
        known = place_names([self.journey])
        path = [self.document[name] for name in ("journey", "stage", "touchpoint")]
        kinds = ("journey", "stage", "touchpoint")
        return {kind: known.get(tuple(path[: i + 1]), path[i]) for i, kind in enumerate(kinds)}


def load(survey: str) -> Shown:
    """The survey, archived or not. Raises Problem 404."""
    with database() as conn:
        row = store.find(conn, survey)
        if row is None:
            raise not_found("survey", survey)
        journey = journeys.find(conn, row["journey"])
        last = response_list.last_answered(conn, [survey]).get(survey)
    assert journey is not None, "a survey's journey is never deleted"
    return Shown(survey, row["document"], row["revision"], journey, last)


def put(shown: Shown, document: dict[str, Any], tag: str) -> Change:
    """Save it as a PUT with `If-Match: tag` would. Raises its Problems, 412 where it changed meanwhile."""

    def check(current: str | None) -> None:
        if current != tag:
            raise Problem(412, "It has changed meanwhile")

    with database() as conn:
        return surveys.put(conn, shown.survey, document, check, dry_run=False)


def put_checked(
    shown: Shown, document: dict[str, Any], tag: str, also: Mapping[str, list[str]] | None = None
) -> Change:
    """As `put`, after the rules of a survey's fields; `also`: what else is wrong. Raises Problem 422 too."""
    if errors := field_paths(Survey().validate(document)) | dict(also or {}):
        raise invalid(errors)
    return put(shown, document, tag)


def obstacles(shown: Shown, *, any_site: bool) -> dict[str, list[str]]:
    """Every reason at once why the survey cannot go live, by input."""
    errors = field_paths(Survey().validate({**shown.document, "status": "live"}) or {})
    return survey_ready.obstacles(shown.document, shown.journey, errors, any_site=any_site)


def render_tab(shown: Shown, tab: str, status: int = 200, **values: Any) -> Response:
    """One of the tabs of the survey's page, `admin/survey_<tab>.html`."""
    base = f"/admin/surveys/{shown.survey}"
    live = {**shown.document, "status": "live"}
    return render(
        f"admin/survey_{tab or 'edit'}.html",
        status,
        nav="setup",
        shown=shown,
        here=f"{base}/{tab}" if tab else base,
        tabs=[(f"{base}/{key}" if key else base, name, key == tab) for key, name in TABS.items()],
        statuses=STATUSES,
        metrics=METRICS,
        audiences=AUDIENCES,
        may_change=principal().may("admin"),
        obstacles=obstacles(shown, any_site=True) if shown.status != "live" else {},
        thoughts=surveys.warnings(shown.journey, live) + survey_ready.thoughts(shown.document),
        **values,
    )
