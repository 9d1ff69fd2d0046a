"""`python -m dev.simulation.reviews`: reviews synthetic journeys every week, and writes docs/reviews.md when asked."""

from __future__ import annotations

from pathlib import Path

from rich.progress import track

from dev.simulation.command import Measured, command, console
from dev.simulation.reviews.page import broken, markdown, terminal
from dev.simulation.reviews.run import results, works
from dev.simulation.reviews.scenarios import DROPS, JOURNEYS, SCENARIOS, Scenario

PAGE = Path(__file__).parents[3] / "docs" / "reviews.md"


def measure(chosen: list[Scenario], scale: float, cores: int) -> Measured:
    """Synthetic journeys, each reviewed every week of a year."""
    made = works(chosen, scale)
    done = list(track(results(made, cores), "journeys", len(made), console=console))

    def write(taken: str) -> None:
        PAGE.write_text(markdown(PAGE.read_text(), done, _machine(scale, taken)))

    return Measured(terminal(done), write, broken(done))


def _machine(scale: float, taken: str) -> str:
    return (
        f"{JOURNEYS * scale:.0f} journeys of 60 series and 52 weeks a row, ± one standard error;"
        f" {DROPS * scale:.0f} drops of NPS a cell; {taken}."
    )


main = command(
    SCENARIOS,
    measure,
    "docs/reviews.md",
    "Measure in how many weeks a review lists a change though nothing happened, and how many drops it lists",
)

if __name__ == "__main__":
    main()
