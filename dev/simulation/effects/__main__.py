"""`python -m dev.simulation.effects`: looks at synthetic actions every day, and writes docs/effects.md when asked."""

from __future__ import annotations

from pathlib import Path

from rich.progress import track

from dev.simulation.command import Measured, command, console
from dev.simulation.effects.page import broken, markdown, terminal
from dev.simulation.effects.run import Cell, cells, parcels, results
from dev.simulation.effects.scenarios import SCENARIOS, Scenario

PAGE = Path(__file__).parents[3] / "docs" / "effects.md"


def measure(chosen: list[Scenario], scale: float, cores: int) -> Measured:
    """Synthetic actions, each looked at every day of a year."""
    made = parcels(chosen, scale)
    found = cells(
        chosen, list(track(results(made, cores), "actions, by the hundred", len(made), console=console))
    )
    wrong = [f"{cell.scenario.title}, {cell.volume:.0f} a day" for cell in found if broken(cell)]
    return Measured(
        terminal(found), lambda taken: PAGE.write_text(markdown(found, _machine(found, taken))), wrong
    )


def _machine(found: list[Cell], taken: str) -> str:
    actions = sum(len(cell.called) for cell in found)
    return f"{actions:,} actions, each looked at on 359 days, {taken}; {len(found[0].called):,} a cell."


main = command(
    SCENARIOS,
    measure,
    "docs/effects.md",
    "Measure how often actions without an effect are called anything, and how soon those with one",
)

if __name__ == "__main__":
    main()
