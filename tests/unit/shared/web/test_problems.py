"""Problem documents: every one has a detail, and names what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields

from shared.web import problems
from shared.web.problems import Problem, invalid

WHAT = {"API_TITLE": "t", "API_VERSION": "v1", "OPENAPI_VERSION": "3.1.0"}


class Note(Schema):
    note = fields.String(required=True)
    who = fields.String(required=True)


@pytest.fixture
def app() -> Flask:
    made = Flask("test")
    made.config.update(WHAT)
    blueprint = Blueprint("notes", __name__)

    @blueprint.route("/notes", methods=["POST"])
    @blueprint.arguments(Note)
    def notes(body: dict[str, Any]) -> dict[str, Any]:
        return body

    Api(made).register_blueprint(blueprint)
    problems.install(made)
    return made


def test_wrong_fields_are_counted_and_named(app: Flask) -> None:
    found = app.test_client().post("/notes", json={"note": 3})
    assert (found.status_code, found.content_type) == (422, "application/problem+json")
    assert found.json is not None
    assert found.json["detail"] == "2 fields are wrong: note, who."
    assert set(found.json) == {"type", "title", "status", "detail", "errors"}


def test_a_body_that_is_no_object_is_called_so(app: Flask) -> None:
    found = app.test_client().post("/notes", json=["a"]).json
    assert found is not None
    assert found["errors"] == {"body": ["Must be a JSON object."]}


def test_its_own_detail_goes_first() -> None:
    assert _body(Problem(409, "Not open", "It is resolved.", {"state": ["?"]}))["detail"] == "It is resolved."
    assert _body(invalid({"state": ["?"]}))["detail"] == "1 field is wrong: state."


def test_of_many_fields_the_first_are_named() -> None:
    detail = _body(invalid({f"items[{i}]": ["?"] for i in range(8)}))["detail"]
    assert detail == "8 fields are wrong: items[0], items[1], items[2], items[3], items[4] and 3 more."


def _body(problem: Problem) -> dict[str, Any]:
    found = problem.response().get_json()
    assert isinstance(found, dict)
    return found
