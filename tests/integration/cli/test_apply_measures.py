"""`journeyloop apply` of measures, whose journey the aggregator knows later than they are written, and of reviews."""

from __future__ import annotations

from pathlib import Path

from services.cli import FAILED
from services.cli.configuration import DRIFT
from tests.integration.cli.conftest import Command
from tests.integration.cli.test_apply import conn, file, services

__all__ = ["conn", "file", "services"]


def test_measures_are_configuration(command: Command, file: Path) -> None:
    file.write_text(
        """
journeys: {club: {name: Club, stages: [{key: joining, name: Joining, touchpoints: []}]}}
measures:
- {journey: club, stage: joining, measure: handle-time, name: Handle time, unit: min, direction: down, target: 5}
- {journey: club, stage: leaving, measure: late, name: Late, direction: down, target: 1}
"""
    )
    code, out, _ = command("apply", "-f", str(file))
    told = "warning: measure club/leaving/late: The journey ‘club’ has no stage ‘leaving’."
    assert (code, [line for line in out.splitlines() if "measure" in line and "warning" in line]) == (
        0,
        [told],
    )
    assert command("diff", "-f", str(file))[0] == 0
    exported = command("export", "--journey", "club")[1]
    assert "measure: handle-time" in exported
    file.write_text(exported.replace("target: 5.0", "target: 4.5"))
    assert command("diff", "-f", str(file))[0] == DRIFT


def test_reviews_are_configuration(command: Command, file: Path) -> None:
    file.write_text(
        """
owners: {ana: {name: Ana, email: ana@example.com}}
reviews: {shop: {weekday: monday, hour: 8, to: [ana]}}
"""
    )
    code, out, _ = command("diff", "-f", str(file))
    assert (code, "+ review shop" in out.splitlines()) == (DRIFT, True)
    assert command("apply", "-f", str(file))[0] == 0
    assert command("diff", "-f", str(file))[0] == 0
    exported = command("export")[1]
    assert "reviews:\n- journey: shop\n" in exported
    file.write_text(exported.replace("hour: 8", "hour: 9"))
    code, out, _ = command("diff", "-f", str(file))
    assert (code, "    hour: 8 → 9" in out.splitlines()) == (DRIFT, True)
    for wrong, why in (("to: [nobody]", "There is no owner ‘nobody’"), ("to: [ana], minute: 5", "minute")):
        file.write_text(f"reviews: {{shop: {{weekday: monday, hour: 8, {wrong}}}}}")
        code, _, error = command("apply", "-f", str(file), "--dry-run")
        assert (code, why in error) == (FAILED, True)
