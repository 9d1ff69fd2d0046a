"""`/v1/wins`: where a stage really got better."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_smorest import Blueprint

from services.alerts import winning
from services.alerts.schemas.wins import WinQuery
from services.alerts.store import wins
from shared.events import isoformat, parse_time
from shared.web.app import database, settings
from shared.web.auth import require
from shared.web.documents import decode_cursor, encode_cursor
from shared.web.problems import invalid

blueprint = Blueprint("wins", __name__, description="Wins: stages that really got better")

TOLD = (
    "`before` and `since` are the answers as the win was found. `rise` is what was told: the whole points between the "
    "rounded scores of `cause`; without a cause, of `before` and `since`. `actions`: those of the stage that began "
    "within eight weeks before the onset, or since, as they are known now; `thanks`: those the message named."
)


@blueprint.route("/v1/wins", methods=["GET"])
@require("viewer")
@blueprint.arguments(WinQuery, location="query")
@blueprint.response(200, description=TOLD)
def list_wins(query: dict[str, Any]) -> dict[str, Any]:
    """Wins, newest first, with the actions behind them."""
    limit, cursor = query.pop("limit"), query.pop("cursor")
    with database() as conn:
        rows = wins.newest(conn, query, _after(cursor), limit + 1)
        items = winning.documents(conn, rows[:limit], settings().report_tz)
    return {"items": items, "next": _following(rows, limit)}


def _following(rows: list[dict[str, Any]], limit: int) -> str | None:
    last = rows[limit - 1] if len(rows) > limit else None
    return encode_cursor(isoformat(last["found_at"]), last["id"]) if last else None


def _after(cursor: str | None) -> tuple[datetime, str] | None:
    values = decode_cursor(cursor, 2)
    if values is None:
        return None
    try:
        return parse_time(str(values[0])), str(values[1])
    except ValueError as error:
        raise invalid({"cursor": ["This is not a cursor of this list."]}) from error
