"""The widget as it is served."""

from __future__ import annotations

import gzip
import hashlib
from base64 import b64encode

from tests.integration.survey.conftest import Service


def test_any_page_may_load_it_and_asks_again_only_for_what_is_new(service: Service) -> None:
    answer = service.call("GET", "/embed.js", None)
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "max-age=300" in answer.headers["Cache-Control"]
    again = service.call("GET", "/embed.js", None, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_it_comes_packed_where_the_browser_can_unpack_it(service: Service) -> None:
    plain = service.call("GET", "/embed.js", None)
    packed = service.call("GET", "/embed.js", None, headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) <= 6_144
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_pinned_by_its_hash(service: Service) -> None:
    pin = service.call("GET", "/embed.json", None).json
    answer = service.call("GET", pin["src"], None)
    assert pin["integrity"] == "sha384-" + b64encode(hashlib.sha384(answer.data).digest()).decode()
    assert "immutable" in answer.headers["Cache-Control"]
    assert service.call("GET", "/embed-0123456789abcdef.js", None).status_code == 404
    assert "export function mount" in service.call("GET", "/embed.d.ts", None).text
