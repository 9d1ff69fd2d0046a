"""One run of schemathesis over one service as one role: what was asked, what came, and what was wrong with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

from tests.fuzz.shop import FuzzedShop

# How often a parameter is the word of something that is there, instead of whatever comes to mind.
KNOWN = 0.7
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance", "use_after_free", "ensure_resource_availability", "ignored_auth",
    "negative_data_rejection", "missing_required_header", "unsupported_method",
)  # fmt: skip
# 503 says that something we need does not answer: the aggregator while an action is measured.
SORRY = {"not_a_server_error": {"enabled": True, "expected-statuses": ["2xx", "3xx", "4xx", "503"]}}
IDS = {
    "/v1/follow-ups/{id}": "case", "/v1/follow-ups/{id}/take": "case", "/v1/imports/{id}": "import",
    "/v1/imports/{id}/rejects.csv": "import", "/v1/responses/{id}": "response", "/v1/responses/{id}/amend": "response",
    "/v1/reviews/{journey}/decisions/{id}/done": "decision", "/v1/reviews/{journey}/decisions/{id}/reopen": "decision",
}  # fmt: skip
PATH = (
    "journey", "stage", "survey", "owner", "silence", "measure", "action", "incident", "notification", "kind",
    "metric", "audience", "digest",
)  # fmt: skip
BODY = ("journey", "stage", "touchpoint", "survey", "owner", "answer_id", "edit_token")


# What takes what it can, and names the rest, instead of refusing the whole.
TOLERANT: list[dict[str, Any]] = [
    {"include-path": "/v1/responses/batch", "checks": {"negative_data_rejection": {"enabled": False}}}
]


@dataclass(frozen=True)
class Size:
    """How many calls are made up for each operation and phase; `coverage`: every corner of every schema once."""

    examples: int
    chains: int
    coverage: bool


@dataclass
class Found:
    """What runs over a service found: statuses by operation, failures by check, each kind with one sample."""

    service: str
    operations: set[str] = field(default_factory=set)
    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    failures: Counter[str] = field(default_factory=Counter)
    wrong: dict[tuple[str, str, str], str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def add(self, other: Found) -> None:
        """Count what another run found too."""
        self.operations |= other.operations
        for name, counts in other.statuses.items():
            self.statuses[name] += counts
        self.failures += other.failures
        self.wrong = other.wrong | self.wrong
        self.errors += other.errors

    @property
    def requests(self) -> int:
        return sum(sum(counts.values()) for counts in self.statuses.values())

    @property
    def away(self) -> int:
        """Answers 503: something else did not answer in time."""
        return sum(counts[503] for counts in self.statuses.values())

    @property
    def server_errors(self) -> int:
        """Answers of 500 and more but 503."""
        every = (one for counts in self.statuses.values() for one in counts.items())
        return sum(n for status, n in every if status >= 500 and status != 503)

    @property
    def served(self) -> set[str]:
        """Operations that were answered 2xx at least once."""
        return {name for name, counts in self.statuses.items() if any(200 <= s < 300 for s in counts)}


def run(shop: FuzzedShop, service: str, role: str | None, size: Size, seed: int) -> Found:
    """Fuzz every operation of a service with a key of this role; None: without any."""
    found = Found(service)
    config = SchemathesisConfig.from_dict(_config(shop, role, size, seed))
    schema = schemathesis.openapi.from_url(f"{shop.url(service)}/openapi.json", config=config)
    found.operations = set(_labels(schema))
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioStarted):
            shop.restore(service)
        elif isinstance(event, events.ScenarioFinished):
            _record(found, event)
        elif isinstance(event, events.NonFatalError | events.FatalError):
            found.errors.append(f"{getattr(event, 'label', '')} as {role}: {_value(event)}")
    return found


def _value(event: Any) -> str:
    return str(getattr(event, "value", None) or getattr(event, "exception", event))[:500]


def _labels(schema: Any) -> Iterator[str]:
    for one in schema.get_all_operations():
        yield one.ok().label


def _record(found: Found, event: events.ScenarioFinished) -> None:
    for case_id, interaction in event.recorder.interactions.items():
        node = event.recorder.cases.get(case_id)
        if node is not None and interaction.response is not None:
            found.statuses[node.value.operation.label][interaction.response.status_code] += 1
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.status is Status.FAILURE and check.failure_info is not None:
                label = event.recorder.cases[case_id].value.operation.label
                found.failures[check.name] += 1
                failure = check.failure_info.failure
                key = (check.name, label, failure.title)
                found.wrong.setdefault(key, f"{failure.message}\n{check.failure_info.code_sample}")


def _config(shop: FuzzedShop, role: str | None, size: Size, seed: int) -> dict[str, Any]:
    """What schemathesis reads from its file."""
    words = shop.words
    bound = {f"path.{name}": name for name in PATH} | {f"query.{name}": name for name in BODY[:4]}
    bound |= {f"body.{name}": name for name in BODY} | {
        "query.t": "token",
        "query.c": "contact",
        "body.t": "token",
        "body.c": "contact",
        "header.Edit-Token": "edit_token",
    }
    by_path = [
        {"include-path": path, "parameters": {"path.id": _binding(name)}} for path, name in IDS.items()
    ]
    return {
        "seed": seed,
        "suppress-health-check": ["all"],
        "continue-on-failure": True,
        "workers": 1,
        "warnings": False,
        "headers": shop.headers(role),
        "dictionaries": {name: {"values": values} for name, values in words.items()},
        "parameters": {place: _binding(name) for place, name in bound.items()},
        "operations": [*by_path, *TOLERANT],
        "cache": {"enabled": False},
        "generation": {
            "max-examples": size.examples, "mode": "all", "no-shrink": True, "database": "none",
            "with-security-parameters": False,
        },
        "phases": {
            "examples": {"enabled": True},
            "coverage": {"enabled": size.coverage},
            "fuzzing": {"enabled": True},
            "stateful": {"enabled": size.chains > 0, "generation": {"max-examples": max(1, size.chains)}},
        },
        "checks": {"enabled": False} | {name: {"enabled": True} for name in CHECKS} | SORRY,
    }  # fmt: skip


def _binding(name: str) -> dict[str, Any]:
    return {"dictionary": name, "probability": KNOWN}
