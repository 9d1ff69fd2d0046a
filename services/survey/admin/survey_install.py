"""Getting a survey into pages: the snippet, the first display, sites that were refused, and why it does not show."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any

from flask import Response, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from services.survey import asking, tallies
from services.survey.admin import survey_page
from services.survey.admin.pages import blueprint
from services.survey.admin.survey_page import Shown
from services.survey.admin.surveys import DAYS, last_days
from services.survey.cors import admits
from services.survey.eligibility import Verdict
from services.survey.forms import HIDDEN_BECAUSE
from services.survey.routes.embed import script
from services.survey.store import impressions
from services.survey.submission import current
from shared.web.app import database, settings
from shared.web.auth import page
from shared.web.forms import Form
from shared.web.pages import redirect_to
from shared.web.problems import Problem

PLACEMENTS = {
    "inline": "Where the element stands",
    "corner": "In the corner",
    "sheet": "As a sheet from below",
}
TRIGGERS = {
    "visible": "once it is in sight",
    "load": "at once",
    "delay": "after 5 seconds",
    "scroll": "after half the page",
    "event": "at an event of yours",
}
_MORE = {"delay": ' delay="5"', "scroll": ' scroll="50"', "event": ' event="order-placed"'}


@blueprint.get("/admin/surveys/<survey>/install")
@page("viewer")
def survey_install(survey: str) -> Response:
    """Snippet and policy to copy; whether it was displayed yet."""
    return _install(survey_page.load(survey), Form.blank())


@blueprint.post("/admin/surveys/<survey>/origins")
@page("admin")
def allow_origin(survey: str) -> AnyResponse:
    """Let one more site show the survey: as adding it to `origins` would."""
    shown, form = survey_page.load(survey), Form.sent()
    origin = form.value("origin")
    known = shown.document.get("origins") or []
    document = {**shown.document, "origins": [*known, *({origin} - set(known))]}
    try:
        survey_page.put_checked(shown, document, shown.tag)
    except Problem as problem:
        return _install(shown, form.failed(problem, {f"origins[{len(known)}]": ""}))
    return redirect_to(f"/admin/surveys/{survey}/install", f"Pages of {origin} may show it now.")


@blueprint.post("/admin/surveys/<survey>/explain")
@page("admin")
def explain_survey(survey: str) -> Response:
    """What the rules would say to one person on one site. Asks nobody, and nobody counts as asked.

    For admins: it tells when a customer was asked last, and whether they want no more of it.
    """
    form = Form.sent()
    with database() as conn:
        definition = current(conn, survey)
        decision = asking.foresee(conn, settings(), definition, form.value("respondent") or None)
    verdicts = list(decision.verdicts)
    if origin := form.value("origin"):
        allowed = admits(definition, origin)
        verdicts.insert(
            0, Verdict(allowed, f"site: {origin} is {'allowed' if allowed else 'not among its sites'}")
        )
    if hidden := HIDDEN_BECAUSE.get(definition.status):
        verdicts.insert(0, Verdict(False, f"status: {hidden}"))
    return _install(survey_page.load(survey), form, verdicts)


def _install(shown: Shown, form: Form, verdicts: list[Verdict] | None = None) -> Response:
    tallies.flush(current_app._get_current_object())  # type: ignore[attr-defined]
    first, last = last_days(DAYS)
    with database() as conn:
        total = impressions.total(conn, [shown.survey], first, last)
        blocked = impressions.blocked(conn, shown.survey, first, last)
    placement = _given("placement", PLACEMENTS)
    trigger = _given("trigger", TRIGGERS)
    known = shown.document.get("origins") or []
    return survey_page.render_tab(
        shown,
        "install",
        422 if form.errors else 200,
        form=form,
        labels={},
        snippet=snippet(settings().survey_url, shown, placement, trigger),
        signed=snippet(settings().survey_url, shown, placement, trigger, signed=True),
        policy=f"script-src {settings().survey_url}; connect-src {settings().survey_url}",
        pinned=_pinned(settings().survey_url),
        chosen={"placement": placement, "trigger": trigger},
        placements=list(PLACEMENTS.items()),
        triggers=list(TRIGGERS.items()),
        total=total,
        blocked=[row for row in blocked if row["origin"] not in known],
        verdicts=verdicts,
        now=datetime.now(UTC),
    )


def snippet(base: str, shown: Shown, placement: str, trigger: str, *, signed: bool = False) -> str:
    """The lines for a page; `signed`: with who is there, for a server to fill in."""
    who = '\n  respondent="c-123" sig="…" attributes=\'{"plan":"pro"}\'' if signed else ""
    where = f' placement="{placement}"' if placement != "inline" else ""
    when = f' trigger="{trigger}"{_MORE.get(trigger, "")}'
    return (
        f'<script type="module" src="{base}/embed.js"></script>\n'
        f'<journeyloop-survey survey="{shown.survey}"{where}{when}{who}>'
        f'<a href="{base}/s/{shown.survey}">{escape(shown.question)}</a></journeyloop-survey>'
    )


def _pinned(base: str) -> str:
    found = script()
    source = f"{base}/embed-{found.hash}.js"
    return f'<script type="module" src="{source}" integrity="{found.integrity}" crossorigin></script>'


def _given(name: str, options: dict[str, Any]) -> str:
    given = request.args.get(name, "")
    return given if given in options else next(iter(options))
