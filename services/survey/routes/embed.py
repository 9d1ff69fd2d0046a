"""The widget: `/embed.js`, the same under a name that holds its hash, its types, and what a page needs to pin it."""

from __future__ import annotations

import gzip
from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from hashlib import sha256, sha384
from pathlib import Path
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from services.survey.routes.documents import answers
from shared.web.auth import public
from shared.web.problems import not_found

blueprint = Blueprint("embed", __name__, description="The widget")

FOLDER = Path(__file__).parents[1]
_FRESH = "public, max-age=300, stale-while-revalidate=86400"
_FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class File:
    """One file as it is served: plain and packed, with what names its content."""

    plain: bytes
    packed: bytes
    mimetype: str

    @property
    def hash(self) -> str:
        """16 hexadecimal digits of the content's SHA-256."""
        return sha256(self.plain).hexdigest()[:16]

    @property
    def integrity(self) -> str:
        """The value of the attribute `integrity`."""
        return "sha384-" + b64encode(sha384(self.plain).digest()).decode()


@cache
def script() -> File:
    """The built widget, which only a new version changes."""
    return _read(FOLDER / "static" / "embed.js", "text/javascript")


@cache
def types() -> File:
    """The widget's TypeScript declarations."""
    return _read(FOLDER / "widget" / "embed.d.ts", "text/plain")


@blueprint.route("/embed.js", methods=["GET"])
@blueprint.doc(responses={"200": {"description": "JavaScript"}, "304": {"description": "Not changed"}})
@public
def get_script() -> Response:
    """The widget as an ES module; browsers ask for it again after five minutes."""
    return _send(script(), _FRESH)


@blueprint.route("/embed-<digest>.js", methods=["GET"])
@blueprint.doc(responses=answers(404) | {"200": {"description": "JavaScript"}})
@public
def get_pinned_script(digest: str) -> Response:
    """The widget under its hash, for pages that pin it (`integrity`): it never changes under this address."""
    if digest != script().hash:
        raise not_found("embed.js of this hash", digest)
    return _send(script(), _FOR_EVER)


@blueprint.route("/embed.json", methods=["GET"])
@public
@blueprint.response(200)
def get_pin() -> dict[str, Any]:
    """What a page needs to pin the widget: {src, integrity, bytes, gzipped}."""
    found = script()
    return {
        "src": f"/embed-{found.hash}.js",
        "integrity": found.integrity,
        "bytes": len(found.plain),
        "gzipped": len(found.packed),
    }


@blueprint.route("/embed.d.ts", methods=["GET"])
@blueprint.doc(responses={"200": {"description": "TypeScript declarations"}})
@public
def get_types() -> Response:
    """The widget's types."""
    return _send(types(), _FRESH)


def _read(file: Path, mimetype: str) -> File:
    plain = file.read_bytes()
    return File(plain, gzip.compress(plain, 9, mtime=0), f"{mimetype}; charset=utf-8")


def _send(file: File, caching: str) -> Response:
    packs = request.accept_encodings["gzip"] > 0
    response = Response(file.packed if packs else file.plain, content_type=file.mimetype)
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = caching
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.vary.add("Accept-Encoding")
    response.set_etag(file.hash + ("-gzip" if packs else ""))
    response.make_conditional(request)
    return response
