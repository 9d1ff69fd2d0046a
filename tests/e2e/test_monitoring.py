"""The rules for Prometheus and the dashboard for Grafana ask for what /metrics of a running stack really has."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest
import requests
import yaml
from prometheus_client.parser import text_string_to_metric_families

from dev.temporary_stack import Stack

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
SELECTOR = re.compile(r"\b(journeyloop_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
# name → label → values
Live = dict[str, dict[str, set[str]]]


def rules() -> list[dict[str, object]]:
    (group,) = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"]
    found: list[dict[str, object]] = group["rules"]
    return found


def asked() -> dict[str, str]:
    """Every expression, by where it stands."""
    alerts = {str(rule["alert"]): str(rule["expr"]) for rule in rules()}
    panels = json.loads((ROOT / "deploy/grafana/journeyloop.json").read_text())["panels"]
    drawn = {
        f"{one['title']} {target['refId']}": target["expr"] for one in panels for target in one["targets"]
    }
    return alerts | drawn


def live(stack: Stack) -> Live:
    """What the three services tell after one answer came to a survey that does not exist."""
    requests.post(f"{stack.url('survey')}/v1/surveys/no-such/responses", json={}, timeout=10)
    found: Live = defaultdict(lambda: defaultdict(set))
    for service in ("survey", "aggregator", "alerts"):
        text = requests.get(f"{stack.url(service)}/metrics", timeout=10).text
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                labels = found[sample.name]
                for label, value in sample.labels.items():
                    labels[label].add(value)
    return found


def wrong(expression: str, there: Live) -> list[str]:
    """What of an expression no sample answers: a name, a label, or a label's literal value."""
    found = []
    for name, matchers in SELECTOR.findall(expression):
        if name not in there:
            found.append(name)
            continue
        for label, how, value in MATCHER.findall(matchers):
            values = there[name].get(label, set())
            chance = label == "status"  # which there have been so far
            if not values or (how == "=" and value not in values and not chance):
                found.append(f"{name}{{{label}={value}}}")
    return found


def test_every_expression_asks_for_what_there_is(stack: Stack) -> None:
    there = live(stack)
    found = {where: lacks for where, text in asked().items() if (lacks := wrong(text, there))}
    assert found == {}
    assert wrong('sum(journeyloop_nothing) + journeyloop_check_ok{check="relai"}', there) == [
        "journeyloop_nothing",
        "journeyloop_check_ok{check=relai}",
    ]


def test_every_rule_leads_to_what_to_do() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    anchors = {re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in headings}
    for rule in rules():
        notes = rule["annotations"]
        assert isinstance(notes, dict)
        page, _, anchor = notes["runbook"].partition("#")
        assert (page, anchor in anchors) == ("docs/operations.md", True), (rule["alert"], anchor)
        assert rule["labels"] in ({"severity": "page"}, {"severity": "ticket"})
