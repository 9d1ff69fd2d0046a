"""`journeyloop` against a running stack: configuration as code, an import, a check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dev.temporary_stack import Stack

pytestmark = pytest.mark.e2e

SHOP = """
owners:
  cli-ana: {name: Ana, email: ana@example.com}
journeys:
  - journey: cli
    name: Command line
    owner: cli-ana
    segments: [plan]
    stages: [{key: delivery, touchpoints: [{key: parcel}, {key: tracking}]}]
surveys:
  cli-parcel: &survey
    {journey: cli, stage: delivery, touchpoint: parcel, metric: nps, audience: customer, status: live,
     question: {en: "How was it?"}}
  cli-tracking: {<<: *survey, touchpoint: tracking}
detectors:
  - {journey: cli, stage: delivery, metric: nps, audience: customer, false_alarms_per_year: 0.25}
silences:
  cli-sale: {journey: cli, from: 2026-11-27T00:00:00+01:00, to: 2026-11-30T00:00:00+01:00, why: Sale}
"""
MAPPING = {
    "survey": "cli-parcel",
    "columns": {"score": "rating", "answered_at": "when", "attributes": {"plan": "plan"}},
    "timezone": "Europe/Berlin",
}


def cli(stack: Stack, *arguments: str, code: int = 0) -> str:
    """The output of a command, whose exit code must be `code`."""
    result = stack.cli(*arguments)
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout


@pytest.fixture
def shop(stack: Stack, tmp_path: Path) -> Path:
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    cli(stack, "apply", "-f", str(file))
    return file


def test_what_was_applied_is_no_drift_and_survives_export(stack: Stack, shop: Path, tmp_path: Path) -> None:
    assert "no difference" in cli(stack, "diff", "-f", str(shop))
    exported = tmp_path / "export.yaml"
    exported.write_text(cli(stack, "export", "--journey", "cli"))
    assert "no difference" in cli(stack, "diff", "-f", str(exported))
    assert "nothing to change" in cli(stack, "apply", "-f", str(exported))
    everything = tmp_path / "everything.yaml"
    everything.write_text(cli(stack, "export"))
    assert "no difference" in cli(stack, "diff", "-f", str(everything))


def test_drift_is_shown_and_mended(stack: Stack, shop: Path) -> None:
    text = (
        SHOP.replace("name: Command line", "name: Shop")
        .replace("0.25", "0.4")
        .replace("2026-11-30", "2026-12-01")
        .replace("{key: tracking}", "{key: tracking, name: Track}")
    )
    shop.write_text(text)
    shown = cli(stack, "diff", "-f", str(shop), code=2)
    assert "name: Command line → Shop" in shown
    assert "stages[delivery].touchpoints[tracking].name: Track" in shown
    assert "false_alarms_per_year: 0.25 → 0.4" in shown
    assert "to: 2026-11-30T00:00:00+01:00 → 2026-12-01T00:00:00+01:00" in shown.replace("'", "")
    dry = cli(stack, "apply", "-f", str(shop), "--dry-run")
    assert "matches of the incidents of the last 90 days: none" in dry
    assert dry.splitlines()[-1] == "3 would change"
    cli(stack, "diff", "-f", str(shop), code=2)
    cli(stack, "apply", "-f", str(shop))
    cli(stack, "diff", "-f", str(shop))


def test_a_file_the_service_refuses(stack: Stack, shop: Path) -> None:
    shop.write_text(
        "surveys: [{survey: cli-parcel, journey: cli, stage: gone, touchpoint: parcel, metric: nps}]"
    )
    result = stack.cli("apply", "-f", str(shop), "--dry-run")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1, "one line that names the fields"
    assert "question" in result.stderr


def test_an_import(stack: Stack, shop: Path, tmp_path: Path) -> None:
    file, mapping = tmp_path / "answers.csv", tmp_path / "mapping.json"
    rows = [f"{n % 11},2026-0{1 + n % 9}-10 12:00,{'pro' if n % 2 else 'free'}" for n in range(500)]
    file.write_text("\n".join(["rating,when,plan", *rows, "11,2026-01-01 12:00,pro"]) + "\n")
    mapping.write_text(json.dumps(MAPPING))
    arguments = ("import", "-f", str(file), "-m", str(mapping))
    assert "row 501, rating: 11 is outside 0-10" in cli(stack, *arguments, "--dry-run")
    first = cli(stack, *arguments)
    assert "500 accepted, 0 duplicates, 1 rejected of 501 rows" in first
    assert "row 501, rating: 11 is outside 0-10" in first
    assert "0 accepted, 500 duplicates, 1 rejected of 501 rows" in cli(stack, *arguments)
    mapping.write_text(json.dumps({name: value for name, value in MAPPING.items() if name != "timezone"}))
    refused = stack.cli(*arguments)
    assert refused.returncode == 1
    assert "timezone: no time zone given" in refused.stderr
    assert json.loads(cli(stack, "recount", "--wait", "60", "--json"))["difference"] == 0


@pytest.mark.broker
def test_a_check_goes_all_the_way(stack: Stack) -> None:
    for _ in range(2):
        steps = [line.rsplit(" ", 2)[0] for line in cli(stack, "check").splitlines()]
        assert steps == ["stored", "scored", "detector saw it", "mail accepted"]
