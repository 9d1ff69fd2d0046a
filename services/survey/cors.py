"""Which web pages may call the public endpoints: a survey's `origins`; any page where it lists none."""

from __future__ import annotations

from flask import Response, g, request

from services.survey.definition import Definition
from shared.web.problems import Problem

_DAY = 86_400


def admits(definition: Definition, origin: str) -> bool:
    """Whether pages of `origin` may show the survey."""
    return not definition.origins or origin in definition.origins


def check_origin(definition: Definition) -> None:
    """Problem 403 where the browser says that a page calls which is not on the survey's list."""
    origin = request.headers.get("Origin")
    g.allowed_origins = definition.origins
    if origin and not admits(definition, origin):
        listed = ", ".join(definition.origins)
        raise Problem(403, "Origin not allowed", f"{origin} is not among the survey's origins: {listed}.")


def add_headers(response: Response) -> Response:
    """Let the calling page read the answer, errors too: a page that can't read a 4xx would send it again for ever.

    A page that is not on the list may read that, and nothing else; a preflight stays refused.
    """
    origin = request.headers.get("Origin")
    response.headers.add("Vary", "Origin")
    # One person's form is nobody else's, and asking for it again has to reach us.
    response.headers.setdefault("Cache-Control", "no-store")
    allowed = g.get("allowed_origins")
    is_refusal = response.status_code == 403 and request.method != "OPTIONS"
    if origin and (not allowed or origin in allowed or is_refusal):
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "")
            response.headers["Access-Control-Allow-Headers"] = "Content-Type, Edit-Token"
            response.headers["Access-Control-Max-Age"] = str(_DAY)
    return response
