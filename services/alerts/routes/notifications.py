"""`/v1/notifications`: what was told to whom, each attempt, and sending it again."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from services.alerts import redelivering
from services.alerts.schemas.notifications import NotificationQuery
from services.alerts.store import deliveries
from shared.web.app import database
from shared.web.auth import require
from shared.web.documents import decode_cursor, encode_cursor
from shared.web.problems import invalid

blueprint = Blueprint("notifications", __name__, description="Notifications: one message to one channel")


@blueprint.route("/v1/notifications", methods=["GET"])
@require("lead")
@blueprint.arguments(NotificationQuery, location="query")
@blueprint.response(200)
def list_notifications(query: dict[str, Any]) -> dict[str, Any]:
    """Notifications, newest first, with every attempt. `owner` null is the fallback address.

    An attempt without an outcome is running, or its process died and it will be made again.
    """
    limit, cursor = query.pop("limit"), before(query.pop("cursor"))
    query["incident"] = query["incident"] and query["incident"].upper()
    with database() as conn:
        rows = deliveries.page(conn, query, cursor, limit + 1)
    more = encode_cursor(rows[limit - 1]["number"]) if len(rows) > limit else None
    return {"items": [shown(row) for row in rows[:limit]], "next": more}


@blueprint.route("/v1/notifications/<notification>/redeliver", methods=["POST"])
@blueprint.doc(responses={"409": {"description": "It never went by itself"}})
@require("lead")
@blueprint.response(202)
def redeliver(notification: str) -> dict[str, Any]:
    """Send it again now, with the same id and whatever silence is in force; its schedule of tries begins anew.

    409 where it never went by itself.
    """
    with database() as conn:
        return shown(redelivering.again(conn, notification))


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """A notification as HTTP shows it: no addresses, no secrets."""
    hidden = ("number", "channel_kind", "channel_number")
    kept = {name: value for name, value in row.items() if name not in hidden}
    return kept | {"channel": {"kind": row["channel_kind"], "number": row["channel_number"]}}


def before(cursor: str | None) -> int | None:
    """The number below which a page of the log begins; 422 where the cursor is not one of this list."""
    values = decode_cursor(cursor, 1)
    if values is None:
        return None
    if not isinstance(values[0], int) or abs(values[0]) >= 2**63:
        raise invalid({"cursor": ["This is not a cursor of this list."]})
    return values[0]
