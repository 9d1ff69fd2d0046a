"""`/reviews/{journey}`: the week in fifteen minutes, what is decided, and when it is sent; prints on two pages."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from services.alerts import review_asking, review_saving, reviewing
from services.alerts.reviews import words
from services.alerts.reviews.questions import COMMENTS
from services.alerts.schemas.reviews import NewDecision, ReviewSchedule
from services.alerts.store import owners, reviews
from services.alerts.views import review_page
from shared.web.app import database, settings
from shared.web.auth import page, principal
from shared.web.checking import CHANGED_MEANWHILE, checked, seen
from shared.web.documents import etag
from shared.web.forms import Form, render_form
from shared.web.pages import redirect_to
from shared.web.problems import Problem, invalid

blueprint = Blueprint("review_page", __name__)

LABELS = {
    "text": "Decided",
    "owner": "Owner",
    "due_on": "Due",
    "weekday": "Weekday",
    "hour": "Hour",
    "to": "To",
}


@blueprint.get("/reviews/<journey>")
@page("viewer")
def show(journey: str) -> Response:
    """One week; `?week=2026-W47`, the last whole one without. `?schedule=1` shows when it is sent, for leads."""
    return _page(journey)


@blueprint.post("/reviews/<journey>/decisions")
@page("lead")
def decide(journey: str) -> AnyResponse:
    """Record a decision; what is wrong is said and nothing is lost."""
    form = Form({"text": "", "owner": "", "due_on": "", "id": ""} | Form.sent().values)
    given = {name: form.values[name] or None for name in ("owner", "due_on", "id")}
    try:
        found = checked(NewDecision(), given | {"text": form.values["text"], "week": _week()})
        with database() as conn:
            of = reviewing.about(conn, journey, found["week"], datetime.now(UTC), settings().report_tz)
            review_saving.decide(conn, of, found, found["id"] or uuid4(), principal().name)
    except Problem as problem:
        if (
            problem.status == HTTPStatus.CONFLICT
        ):  # the form as the browser kept it: with the id of what was noted
            form.values["id"] = str(uuid4())
            problem = invalid(
                {"text": ["This form noted another decision already. Send it again to note this one."]}
            )
        return _page(journey, decision=form.failed(problem))
    return redirect_to(
        _address(journey, "decisions"), "Noted. It is shown in the next reviews until it is done."
    )


@blueprint.post("/reviews/<journey>/decisions/<uuid:id>")
@page("lead")
def finish(journey: str, id: UUID) -> AnyResponse:
    """It is done, or (`do=reopen`) not done after all."""
    with database() as conn:
        review_saving.decision(conn, journey, id)
        if request.form.get("do") == "reopen":
            reviews.reopen(conn, id)
        else:
            reviews.done(conn, id, principal().name)
    return redirect_to(_address(journey, "decisions"))


@blueprint.post("/reviews/<journey>/schedule")
@page("lead")
def send(journey: str) -> AnyResponse:
    """Set when it is sent, or that it is not."""
    form = Form({"weekday": "", "hour": "", "etag": ""} | Form.sent(("to",)).values)
    now, zone, check = datetime.now(UTC), settings().report_tz, seen(form.values["etag"])
    try:
        with database() as conn:
            if not form.values["weekday"]:
                review_saving.delete_schedule(conn, journey, check)
                return redirect_to(_address(journey), "It is not sent any more.")
            document = checked(ReviewSchedule(), review_page.schedule_document(form.values))
            review_saving.save_schedule(conn, journey, document, check, principal().name, now, zone)
    except Problem as problem:
        if problem.status == CHANGED_MEANWHILE:
            del form.values["etag"]
        return _page(journey, schedule=form.failed(problem))
    at = f"{document['weekday'].capitalize()} {document['hour']:02}:00"
    return redirect_to(_address(journey), f"It is sent every {at} ({zone.key}).")


def _page(journey: str, decision: Form | None = None, schedule: Form | None = None) -> Response:
    may_edit = principal().may("lead")
    of, document, said = review_asking.review(journey, _week(), comments=may_edit)
    with database() as conn:
        names, row = owners.told(conn), reviews.schedule(conn, journey)
    sending = may_edit and (schedule is not None or bool(request.args.get("schedule")))
    form = schedule or Form(review_page.schedule_values(row["document"] if row else None))
    form.values.setdefault("etag", etag(row["document"]) if row else "")
    form.errors |= decision.errors if decision else {}
    wrote = said.get(COMMENTS)
    answers = wrote.found["items"] if wrote and not wrote.failure else None
    return render_form(
        "review.html",
        form,
        nav="journeys",
        of=of,
        review=document,
        words=words,
        changes=review_page.changes(document),
        beside=review_page.weeks(of.week, of.today),
        comments=None if answers is None else review_page.aloud(answers, document, of.journey_map),
        comments_failed=wrote if wrote and wrote.failure else None,
        schedule=row,
        sending=sending,
        decision=decision or Form({"id": str(uuid4())}),
        options=_options(names),
        labels=LABELS,
        may_edit=may_edit,
    )


def _options(names: dict[str, str]) -> dict[str, Any]:
    return {
        "owner": review_page.owner_options(names, "Nobody yet"),
        "to": review_page.owner_options(names, None),
        "weekday": review_page.weekday_options(),
        "hour": review_page.hour_options(),
    }


def _week() -> str | None:
    return request.args.get("week") or request.form.get("week") or None


def _address(journey: str, anchor: str = "") -> str:
    week = _week()
    query = f"?{urlencode({'week': week})}" if week else ""
    return f"/reviews/{journey}{query}{'#' + anchor if anchor else ''}"
