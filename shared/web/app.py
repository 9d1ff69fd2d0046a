"""One Flask app a service: wiring that is the same for all three."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import flask
import flask_swagger_ui
import orjson
import structlog
from flask import Flask, Response, current_app, g, request
from flask.json.provider import JSONProvider
from flask_smorest import Api, Blueprint
from werkzeug.middleware.proxy_fix import ProxyFix

from shared import telemetry
from shared.db import ACCESS, Connection, Schema, pool, require_current
from shared.events import isoformat
from shared.settings import Settings
from shared.web import health, openapi, pages, problems
from shared.web.auth import principal_or_none
from shared.web.json_texts import parse_json as parse_json
from shared.web.problems import Problem
from shared.web.state import State as State
from shared.web.state import autocommit as autocommit
from shared.web.state import database as database
from shared.web.state import settings as settings

log = structlog.get_logger()

# What an answer may have; views that take more say so.
ANSWER_BYTES = 64 * 1024
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


class OrjsonProvider(JSONProvider):
    """JSON by orjson; refuses lone surrogates on the way in."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_PASSTHROUGH_DATETIME, default=_default).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)


def make_app(
    service: str,
    settings: Settings,
    schema: Schema,
    blueprints: Sequence[Blueprint | flask.Blueprint],
    checks: Sequence[health.Check] = (),
    samples: Callable[[Connection], list[telemetry.Sample]] = lambda conn: [],
) -> Flask:
    """The web app of `service`, with its pool open: call it after the fork. Pages are plain blueprints of Flask.

    `checks` are what /readyz asks besides database and schema; `samples` are the gauges /metrics adds.
    """
    telemetry.configure_logs(settings.log_level)
    folder = Path(__file__).parent
    app = Flask(service, root_path=str(schema.folder.parent), static_folder=None, template_folder="templates")
    app.json = OrjsonProvider(app)
    app.config.update(_openapi(service), MAX_CONTENT_LENGTH=ANSWER_BYTES)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.extensions["journeyloop"] = State(settings, schema, pool(settings, schema))
    with app.extensions["journeyloop"].pool.connection() as conn:
        for needed in (ACCESS, schema):
            require_current(conn, needed)
    problems.install(app)
    api = Api(app)
    _static(app, "/docs/assets", Path(flask_swagger_ui.__file__).parent / "dist", "swagger")
    _static(app, "/static/shared", folder / "static", "shared_static", folder / "templates")
    for blueprint in blueprints:
        if isinstance(blueprint, Blueprint):
            api.register_blueprint(blueprint)
        else:
            app.register_blueprint(blueprint)
    _document(app, api)
    problems.install(app)
    health.install(app, checks, samples)
    app.before_request(_begin)
    app.after_request(_end)
    pages.install(app)
    return app


def json_body() -> Any:
    """The request's JSON for views that check it themselves; 400 where it is malformed or holds NUL or surrogates."""
    return g.document if "document" in g else parse_json(request.get_data())


def _begin() -> None:
    g.began = time.perf_counter()
    texts = [request.path, *request.args.keys(), *request.args.values()]
    if any("\x00" in text for text in texts):
        raise Problem(400, "Malformed address", "The path or the query holds the character NUL.")
    if request.is_json:
        _read_json()


def _read_json() -> None:
    """Read and check a JSON body before the view does; a large one only for whoever may send it.

    A stranger who sends a batch slowly would hold a thread until the view says 401.
    """
    encoding = request.headers.get("Content-Encoding", "identity").lower()
    if encoding != "identity":
        if not g.get("decodes_itself"):
            raise Problem(415, "Unknown Content-Encoding", "Send it as it is.")
        return
    size = request.content_length
    is_small = size is not None and size <= ANSWER_BYTES
    view = current_app.view_functions.get(request.endpoint or "")
    may_send = is_small or getattr(view, "access", None) == "public" or principal_or_none()
    if may_send and (raw := request.get_data()):
        g.document = parse_json(raw)


def _end(response: Response) -> Response:
    rule = request.url_rule.rule if request.url_rule else "(none)"
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    method = request.method if request.method in METHODS else "(other)"  # a client may write anything there
    labels = (current_app.name, method, rule, str(response.status_code))
    telemetry.REQUEST_SECONDS.labels(*labels).observe(seconds)
    log.info("request", method=method, route=rule, status=response.status_code, ms=round(seconds * 1000, 1))
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    if g.get("caller"):  # what somebody may read is nobody else's; a cookie, unlike a key, tells no cache so
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _openapi(service: str) -> dict[str, Any]:
    return {
        "API_TITLE": f"Journeyloop {service}",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/",
        "OPENAPI_JSON_PATH": "openapi.json",
        "OPENAPI_SWAGGER_UI_PATH": "/docs",
        "OPENAPI_SWAGGER_UI_URL": "/docs/assets/",
        "API_SPEC_OPTIONS": {
            "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        },
    }


def _document(app: Flask, api: Api) -> None:
    """Serve /openapi.json with the errors that really come; it is put together when first asked for."""

    @cache
    def text() -> bytes:
        return orjson.dumps(openapi.complete(deepcopy(api.spec.to_dict())), option=orjson.OPT_INDENT_2)

    app.view_functions["api-docs.openapi_json"] = lambda: Response(text(), content_type="application/json")


def _static(app: Flask, prefix: str, folder: Path, endpoint: str, templates: Path | None = None) -> None:
    found = str(templates) if templates else None
    files = Blueprint(
        endpoint, endpoint, static_folder=str(folder), static_url_path=prefix, template_folder=found
    )
    app.register_blueprint(files)


def _default(value: Any) -> str:
    if isinstance(value, datetime):
        return isoformat(value)
    return str(value)
