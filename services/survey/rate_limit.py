"""How many public requests one address may send (PUBLIC_RATE_LIMIT), counted by each web process in its memory."""

from __future__ import annotations

import math
import time

from flask import Blueprint, Flask, Response
from flask_limiter import Limiter, RateLimitExceeded
from flask_limiter.util import get_remote_address

from shared.settings import Settings
from shared.web.problems import Problem


def install(app: Flask, settings: Settings, blueprints: list[Blueprint]) -> None:
    """Limit the views of `blueprints` together; more are answered 429 with Retry-After."""
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    for blueprint in blueprints:
        limiter.shared_limit(settings.public_rate_limit, scope="public")(blueprint)

    @app.errorhandler(RateLimitExceeded)
    def too_many(error: RateLimitExceeded) -> Response:
        current = limiter.current_limit
        seconds = max(1, math.ceil(current.reset_at - time.time())) if current else 60
        detail = f"At most {error.description} from one address."
        return Problem(429, "Too many requests", detail, headers={"Retry-After": str(seconds)}).response()
