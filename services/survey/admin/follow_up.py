"""`/follow-ups/{id}`: one customer's case: what they said, where they can be reached, what was done, what is next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response

from services.survey.admin import follow_ups_view as view
from services.survey.admin import survey_new
from services.survey.admin.known_owners import known_owners
from services.survey.admin.pages import blueprint
from services.survey.follow_ups import reading
from services.survey.own_stages import place_names
from services.survey.store import follow_ups, recoveries, surveys
from shared.db import Connection
from shared.web.app import database
from shared.web.auth import page, principal
from shared.web.forms import Form, render_form

LABELS = {
    "outcome": "How it ended",
    "cause": "Cause",
    "done": "Note",
    "note": "Note",
    "owner": "Hand over to",
}
BLANK = {
    "resolve": {"outcome": "", "cause": "", "done": ""},
    "note": {"note": ""},
    "hand-over": {"owner": "", "words": ""},
}


@blueprint.get("/follow-ups/<uuid:id>")
@page("lead")
def get_case(id: UUID) -> Response:
    """The case, for leads and admins: what is personal in it is shown nowhere else."""
    return shown(id)


def shown(id: UUID, act: str = "", form: Form | None = None, refused: str = "") -> Response:
    """The page. act: the form of BLANK that was sent and is shown again as it was; refused: why nothing was done."""
    now, owners = datetime.now(UTC), known_owners().names or {}
    forms = {name: Form.blank(**values) for name, values in BLANK.items()}
    if form is not None:
        forms[act] = form
    with database() as conn:
        case = reading.known(conn, id)
        whole = reading.whole(conn, case, personal=True)
        reasons = _reasons(conn, case["survey"])
        names = place_names(survey_new.known_journeys(conn))
        asked = recoveries.find(conn, id)
        people = follow_ups.people(conn)
    return render_form(
        "admin/follow_up.html",
        Form.blank() if form is None else form,
        nav="follow-ups",
        labels=LABELS,
        forms=forms,
        act=act,
        refused=refused,
        case=case,
        whole=whole,
        place=_place(case, names),
        title=f"{view.stage_name(case, names)}: {view.score(case)}",
        state=view.state(case, now),
        due=view.due(case, now),
        owner=view.owner(case, owners),
        taken_by_me=case["taker"] == principal().id,
        reasons=[reasons.get(key, key) for key in (whole["answer"] or {}).get("reasons", [])],
        outcome=view.OUTCOMES.get(case["outcome"] or ""),
        outcomes=list(view.OUTCOMES.items()),
        cause=view.cause(case["cause"], reasons) if case["cause"] else None,
        causes=view.causes(whole["causes"], reasons),
        people=view.options(people, case["owner"]),
        happened=view.happened(whole["history"], owners, reasons),
        asked=asked,
        gave=view.score(asked) if asked and asked["score"] is not None else None,
    )


def _place(case: Mapping[str, Any], names: Mapping[tuple[str, ...], str]) -> list[str]:
    keys = (case["journey"], case["stage"], case["touchpoint"])
    return [names.get(keys[:depth], keys[depth - 1]) for depth in (1, 2, 3)]


def _reasons(conn: Connection, survey: str) -> dict[str, str]:
    """The labels of the survey's reasons, each in its first language."""
    row = surveys.find(conn, survey)
    reasons = (row["document"].get("reasons") or []) if row else []
    return {one["key"]: next(iter((one.get("label") or {}).values()), one["key"]) for one in reasons}
