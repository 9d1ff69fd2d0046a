"""The survey's page as a QR code, for paper: `/s/{survey}/qr.svg` and `/s/{survey}/qr.png`."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import segno
from flask import Response
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from services.survey import links, rate_limit, submission
from services.survey.routes.documents import answers
from services.survey.schemas.plain import LANG
from shared.web.app import database, settings
from shared.web.auth import public

blueprint = Blueprint("qr", __name__, description="Pages for customers")
rate_limit.limit(blueprint)

TYPES = {"svg": "image/svg+xml", "png": "image/png"}


class QrQuery(Schema):
    """How the code looks and where it leads."""

    scale = fields.Integer(load_default=8, validate=validate.Range(1, 40))
    lang = fields.String(load_default=None, validate=LANG)


@blueprint.route("/s/<survey>/qr.<any(svg, png):kind>", methods=["GET"])
@blueprint.doc(responses=answers(404, 422, 429) | {"200": {"description": "An image"}})
@public
@blueprint.arguments(QrQuery, location="query")
def get_qr(query: dict[str, Any], survey: str, kind: str) -> Response:
    """A QR code of the survey's page. `scale`: pixels a module; survives the loss of 15 % of its area."""
    with database() as conn:
        submission.current(conn, survey)
    lang = {"lang": query["lang"]} if query["lang"] else {}
    url = links.page_url(settings().survey_url, survey, **lang)
    made, file = segno.make(url, error="m", micro=False), BytesIO()
    more = {"title": url, "nl": False} if kind == "svg" else {}
    made.save(file, kind=kind, scale=query["scale"], border=4, light="#fff", **more)
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(file.getvalue(), 200, headers, content_type=TYPES[kind])
