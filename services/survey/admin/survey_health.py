"""`/admin/surveys/{survey}/health`: whether it is shown and answered, what keeps it back, since when it reads so."""

from __future__ import annotations

from flask import Response, current_app

from services.survey import tallies
from services.survey.admin import survey_health_view, survey_page
from services.survey.admin.pages import blueprint
from services.survey.admin.surveys import DAYS, last_days
from services.survey.response_rate import response_rate
from services.survey.store import impressions, measurement, response_list
from services.survey.store.response_list import Wanted
from services.survey.store.surveys import PLACE
from services.survey.submission import current
from shared.web.app import database, settings
from shared.web.auth import page, principal

LAST = 5


@blueprint.get("/admin/surveys/<survey>/health")
@page("viewer")
def survey_health(survey: str) -> Response:
    """28 days of displays, and the latest answers for those who may read them."""
    shown = survey_page.load(survey)
    tallies.flush(current_app._get_current_object())  # type: ignore[attr-defined]
    first, last = last_days(DAYS)
    reads = principal().may("lead") and shown.document["audience"] == "customer"
    with database() as conn:
        days = impressions.days(conn, [survey], first, last)
        total = impressions.total(conn, [survey], first, last)
        blocked = impressions.blocked(conn, survey, first, last)
        moment = current(conn, survey).moment_of_truth
        wordings = measurement.wordings(
            conn, {name: shown.document[name] for name in PLACE if name != "touchpoint"}
        )
        latest = response_list.newest(conn, [survey], Wanted(), LAST) if reads else []
    return survey_page.render_tab(
        shown,
        "health",
        total=total,
        rate=response_rate(total),
        chart=survey_health_view.rate_chart(survey, days, first, last),
        rules=survey_health_view.kept_back(shown.document, settings().ask_rest_days, moment_of_truth=moment),
        revisions=survey_health_view.revisions(wordings, survey, shown.revision),
        blocked=blocked,
        latest=latest,
        reads=reads,
    )
