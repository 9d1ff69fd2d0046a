"""`/openapi.json` says what really comes: errors as problem documents, patterns and sizes as JSON Schema has them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from shared.web.openapi import complete, ecma

PLACE = {"in": "path", "name": "journey", "required": True, "schema": {"type": "string"}}
DRY_RUN = {"in": "query", "name": "dry_run", "schema": {"type": "boolean"}}


def document(path: str, **item: Any) -> dict[str, Any]:
    parts = {"schemas": {"Error": {"type": "object"}}, "responses": {"DEFAULT_ERROR": {}}}
    return {"components": parts, "paths": {path: item}}


def operation(*statuses: str, **more: Any) -> dict[str, Any]:
    return {"responses": {status: {"description": "?"} for status in (*statuses, "default")}} | more


def test_a_guarded_document_names_every_error_once() -> None:
    body = {"content": {"application/json": {"schema": {"type": "object"}}}}
    answer = {"200": {"description": "OK", "content": {"application/json": {"schema": {"type": "object"}}}}}
    put = {"responses": answer, "parameters": [DRY_RUN], "requestBody": body, "security": [{"key": []}]}
    given = document("/v1/things/{journey}", parameters=[PLACE], put=put, get=operation("200"))
    item = complete(given | {})["paths"]["/v1/things/{journey}"]
    item_put = item["put"]["responses"]
    assert list(item_put) == ["200", "400", "401", "403", "404", "413", "415", "422", "503"]
    assert item_put["422"]["content"]["application/problem+json"]["schema"]["$ref"].endswith("/Problem")
    assert len(item_put["200"]["content"]["application/json"]["schema"]["anyOf"]) == 2
    assert list(item["get"]["responses"]) == ["200", "304", "400", "404", "503"]
    assert given["components"]["schemas"].keys() == {"Problem", "DryRun"}
    assert "responses" not in given["components"]


def test_what_may_be_deleted_is_changed_only_as_it_is() -> None:
    given = document(
        "/v1/things/{journey}", parameters=[PLACE], put=operation("200"), delete=operation("204")
    )
    item = complete(given)["paths"]["/v1/things/{journey}"]
    assert "412" in item["put"]["responses"]
    assert "404" not in item["put"]["responses"]
    assert [one["name"] for one in item["delete"]["parameters"]] == ["If-Match"]


def test_a_page_for_customers_tells_its_errors_as_a_page() -> None:
    given = complete(document("/s/{survey}", parameters=[PLACE], get=operation("200", "404")))
    assert "text/html" in given["paths"]["/s/{survey}"]["get"]["responses"]["404"]["content"]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(r"\A[a-z]{1,3}\Z", "^[a-z]{1,3}$"), (r"[a-z]{1,3}\Z", "^[a-z]{1,3}$"), (r"\s*\S", r"^\s*\S")],
)
def test_a_pattern_means_the_same_elsewhere(ours: str, theirs: str) -> None:
    assert ecma(ours) == theirs
    for text in ("abc", " a", "abcd", "", "-abc"):
        assert bool(re.match(ours, text)) == bool(re.search(theirs, text))


def test_the_number_of_keys_is_no_length() -> None:
    given = document("/v1/x", get=operation("200", schema={"type": "object", "minLength": 1, "maxLength": 5}))
    schema = complete(given)["paths"]["/v1/x"]["get"]["schema"]
    assert schema == {"type": "object", "minProperties": 1, "maxProperties": 5}
