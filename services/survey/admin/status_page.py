"""`/status`: how the pipe runs, from the door to the messages."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
from flask import Response, jsonify

from services.survey import status
from services.survey.admin.pages import blueprint
from services.survey.admin.status_view import view
from shared.web.auth import page
from shared.web.neighbours import ask_all
from shared.web.pages import render
from shared.web.state import database


@blueprint.get("/status")
@page("viewer")
def pipe_status() -> Response:
    """Every process, what waits where, and what is not as it should be; a service that is away is said to be."""
    asked = ask_all({name: (name, f"/v1/status/{name}", {}) for name in ("aggregator", "alerts")})
    with database() as conn:
        own = orjson.loads(jsonify(status.document(conn)).data)
    documents = {"survey": own} | {name: one.found for name, one in asked.items()}
    failures = {name: one.failure for name, one in asked.items() if one.failure}
    now = datetime.now(UTC)
    return render("admin/status.html", nav="setup", now=now, shown=view(documents, failures, now))
