"""What `/openapi.json` promises about the survey service."""

from __future__ import annotations

from services.survey import rate_limit
from tests.integration.survey.conftest import Service

OURS = {
    "/v1/journeys": {"get"},
    "/v1/journeys/{journey}": {"put", "get", "delete"},
    "/v1/surveys": {"get"},
    "/v1/surveys/{survey}": {"put", "get", "delete"},
    "/v1/surveys/{survey}/form": {"get"},
    "/v1/surveys/{survey}/responses": {"post"},
    "/v1/surveys/{survey}/impressions": {"get", "post"},
    "/v1/surveys/{survey}/secret": {"get"},
    "/v1/surveys/{survey}/secret/rotate": {"post"},
    "/v1/surveys/{survey}/links": {"post"},
    "/v1/surveys/{survey}/email": {"get"},
    "/v1/responses": {"get"},
    "/v1/responses/{id}": {"patch"},
    "/v1/responses/{id}/amend": {"post"},
    "/v1/responses/batch": {"post"},
    "/s/{survey}": {"get", "post"},
    "/s/{survey}/unsubscribe": {"get", "post"},
}


def test_every_path_with_its_body_and_errors(service: Service) -> None:
    document = service.call("GET", "/openapi.json", None).json
    for path, methods in OURS.items():
        assert methods <= document["paths"][path].keys()
    post = document["paths"]["/v1/surveys/{survey}/responses"]["post"]
    assert {"200", "201", "400", "403", "404", "409", "413", "422", "429"} <= post["responses"].keys()
    schema = post["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    assert set(document["components"]["schemas"][schema]["required"]) == {"id", "score"}
    put = document["paths"]["/v1/journeys/{journey}"]["put"]
    assert put["security"] == [{"key": []}]
    assert "409" in put["responses"]
    patch = document["paths"]["/v1/responses/{id}"]["patch"]
    assert "Edit-Token" in [parameter.get("name") for parameter in patch["parameters"]]
    items = document["paths"]["/v1/responses/batch"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ]
    assert "$ref" in items["items"]


def test_whatever_is_limited_says_so(service: Service) -> None:
    """As `make fuzz` found it of the customers' pages: a link that is used too often is a 429 there too."""
    app, document = service.app, service.call("GET", "/openapi.json", None).json
    limited = {
        rule.rule.replace("<", "{").replace(">", "}"): {method.lower() for method in rule.methods or ()}
        for rule in app.url_map.iter_rules()
        if rate_limit._check in app.before_request_funcs.get(rule.endpoint.rpartition(".")[0], [])
    }
    for path in limited.keys() & document["paths"].keys():
        for method in limited[path] & document["paths"][path].keys():
            assert "429" in document["paths"][path][method]["responses"], (method, path)
    assert {"/s/{survey}", "/s/{survey}/contact", "/s/{survey}/unsubscribe"} < limited.keys()
