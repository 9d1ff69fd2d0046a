"""What a review asks other services. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.alerts.reviews.changes import PAST_WEEKS
from services.alerts.reviews.facts import About

Asking = tuple[str, str, dict[str, Any]]  # service, path, query
SERIES, CARD, COMMENTS = "series", "scorecard", "comments"
CARD_DAYS = 28
MOST_COMMENTS = 200


def questions(about: About) -> dict[str, Asking]:
    """The days of every stage of customers, and the scorecard of the last 28 days; nothing before a day is over."""
    if about.last is None:
        return {}
    first = about.week.before(PAST_WEEKS).monday
    days = {"from": first.isoformat(), "to": about.last.isoformat(), "step": "day"}
    of_customers = {"journey": about.journey, "audience": "customer", "by": "stage"}
    window = {
        "from": (about.last - timedelta(days=CARD_DAYS - 1)).isoformat(),
        "to": about.last.isoformat(),
    }
    return {
        SERIES: ("aggregator", "/v1/scores/series", of_customers | days),
        CARD: ("aggregator", f"/v1/scorecards/{about.journey}", window),
    }


def comments(about: About) -> dict[str, Asking]:
    """What customers wrote in the week, for the page only: no comment is kept with a review or mailed."""
    query = {
        "journey": about.journey,
        "audience": "customer",
        "with_comment": "true",
        "from": about.week.monday.isoformat(),
        "to": about.week.sunday.isoformat(),
        "limit": MOST_COMMENTS,
    }
    return {COMMENTS: ("survey", "/v1/responses", query)}
