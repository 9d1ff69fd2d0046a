"""`/admin/surveys`: all surveys with how they do."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from services.survey.admin import survey_new, survey_page
from services.survey.admin.pages import blueprint
from services.survey.own_stages import own_stages, place_names
from services.survey.response_rate import response_rate
from services.survey.schemas.surveys import STATUSES
from services.survey.store import impressions, response_list
from services.survey.store import surveys as store
from shared.db import Connection
from shared.reserved import CHECK
from shared.web.app import database, settings
from shared.web.auth import page, principal
from shared.web.documents import after, encode_cursor
from shared.web.forms import Form
from shared.web.pages import render

SHOWN, DAYS = 50, 28
WHOSE = (("mine", "Mine"), ("all", "All"))
LABELS = {
    "place": "Place",
    "metric": "Metric",
    "audience": "Audience",
    "languages": "Languages",
    "key": "Key",
}


@blueprint.get("/admin/surveys")
@page("viewer")
def list_surveys() -> Response:
    """Surveys in order of their keys; `?new=1` (or a `?touchpoint=` to ask at) is the form of a new one."""
    if request.args.get("new") or request.args.get("touchpoint"):
        return survey_new.show(survey_new.suggested())
    given = {name: request.args.get(name) or None for name in ("journey", "status", "whose")}
    whose = (given["whose"] or "mine") if principal().owners else None
    with database() as conn:
        maps = survey_new.known_journeys(conn)
        rows = store.listed(
            conn,
            journey=given["journey"],
            status=given["status"] if given["status"] in STATUSES else None,
            stages=own_stages(maps, principal().owners) if whose == "mine" else None,
            after=after(request.args.get("cursor")),
            limit=SHOWN + 2,
        )
        rows = [row for row in rows if row["journey"] != CHECK]
        items = _items(conn, rows[:SHOWN], place_names(maps))
    here = {name: value for name, value in given.items() if value}
    more = encode_cursor(rows[SHOWN - 1]["survey"]) if len(rows) > SHOWN else None
    return render(
        "admin/surveys.html",
        nav="setup",
        items=items,
        journeys=[(row["journey"], row["document"]["name"]) for row in maps],
        form=Form.blank(journey=given["journey"] or "", status=given["status"] or ""),
        statuses=survey_page.STATUSES,
        switch=[(_address(here, whose=one), name, one == whose) for one, name in WHOSE] if whose else [],
        whose=whose,
        is_filtered=bool(given["journey"] or given["status"]),
        more=_address(here, cursor=more) if more else None,
    )


def last_days(days: int) -> tuple[date, date]:
    """The first and the last of the last `days` days in REPORT_TZ, today included."""
    today = datetime.now(settings().report_tz).date()
    return today - timedelta(days=days - 1), today


def _items(
    conn: Connection, rows: list[dict[str, Any]], names: dict[tuple[str, ...], str]
) -> list[dict[str, Any]]:
    keys = [row["survey"] for row in rows]
    totals = impressions.totals(conn, keys, *last_days(DAYS))
    last = response_list.last_answered(conn, keys)
    nothing: dict[str, int] = dict.fromkeys(impressions.STEPS, 0)
    return [
        row
        | {
            "question": next(iter(row["document"]["question"].values())),
            "place": _path(row, names),
            "shown": totals.get(row["survey"], nothing)["shown"],
            "rate": response_rate(totals.get(row["survey"], nothing)),
            "last_answer": last.get(row["survey"]),
        }
        for row in rows
    ]


def _path(row: dict[str, Any], names: dict[tuple[str, ...], str]) -> list[str]:
    keys = (row["journey"], row["stage"], row["touchpoint"])
    return [names.get(keys[: i + 1], keys[i]) for i in range(3)]


def _address(query: dict[str, str], **changes: str) -> str:
    return f"/admin/surveys?{urlencode(query | changes)}"
