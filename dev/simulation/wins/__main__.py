"""`python -m dev.simulation.wins`: watches synthetic stages for wins, and writes docs/wins.md when asked."""

from __future__ import annotations

from pathlib import Path

from rich.progress import track

from dev.simulation.command import Measured, command, console
from dev.simulation.run import Cell, Parcel, cells, parcels, results, seed
from dev.simulation.scenarios import YEARS, Scenario
from dev.simulation.seen import Seen, see
from dev.simulation.table import over
from dev.simulation.wins.page import markdown, terminal
from dev.simulation.wins.scenarios import NO_RISE, OTHERS, SCENARIOS, STAGE_YEARS

PAGE = Path(__file__).parents[3] / "docs" / "wins.md"


def work(parcel: Parcel) -> tuple[Parcel, list[Seen]]:
    """Watch a parcel's stages, without the common rules."""
    [scenario] = [one for one in SCENARIOS if one.key == parcel.key]
    numbers = range(parcel.first, parcel.end)
    return parcel, [
        see(scenario.make, parcel.volume, seed(parcel, number), with_rules=False) for number in numbers
    ]


def stage_years(scenario: Scenario) -> int:
    """Of each cell of a scenario."""
    return STAGE_YEARS if scenario in NO_RISE else OTHERS


def measure(chosen: list[Scenario], scale: float, cores: int) -> Measured:
    """Synthetic stages, with the detector that looks upwards."""
    made = [parcel for one in chosen for parcel in parcels([one], scale * stage_years(one) / YEARS)]
    found = cells(
        chosen, list(track(results(made, cores, work), "parcels of stages", len(made), console=console))
    )
    return Measured(
        [terminal(found)],
        lambda taken: PAGE.write_text(markdown(found, _machine(found, taken))),
        over(found),
    )


def _machine(found: list[Cell], taken: str) -> str:
    years = sum(cell.years for cell in found)
    return f"{years:,.0f} stage-years, {taken}; {STAGE_YEARS} a cell without a rise, {OTHERS} of the others."


main = command(
    SCENARIOS,
    measure,
    "docs/wins.md",
    "Measure how often a stage that got no better is told to have won, and how soon a real rise is found",
)

if __name__ == "__main__":
    main()
