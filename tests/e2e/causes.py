"""A journey of three stages that fall for three reasons we know, with no chance in it but the order of the answers."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

from tests.e2e.collector import Api, Item

KEY = "causes"
HISTORY_DAYS, HEALTHY = 60, 0.8
PLANS, REGIONS = ("free", "pro"), ("north", "south")
# stage: its touchpoints, their names
STAGES = {
    "delivery": {"parcel": "Parcel", "tracking": "Order tracking", "slot": "Slot booking"},
    "support": {"chat": "Chat", "phone": "Phone call"},
    "returns": {"label": "Return label", "refund": "Refund"},
}


@dataclass(frozen=True)
class Cell:
    """Customers of one kind at one touchpoint."""

    stage: str
    touchpoint: str
    plan: str
    region: str

    @property
    def survey(self) -> str:
        return f"{KEY}-{self.touchpoint}"


CELLS = [
    Cell(stage, touchpoint, plan, region)
    for stage, touchpoints in STAGES.items()
    for touchpoint, plan, region in product(touchpoints, PLANS, REGIONS)
]


def usual(cell: Cell) -> float:
    """The share of the satisfied. Who returns something on the plan free always was harder to please."""
    if cell.stage == "returns":
        return 0.95 if cell.plan == "pro" else 0.45
    return HEALTHY


def fallen(cell: Cell) -> float:
    """The same since today: only the parcel is worse, and only support for the plan pro; in returns nothing is."""
    worse = (cell.stage == "delivery" and cell.touchpoint == "parcel") or (
        cell.stage == "support" and cell.plan == "pro"
    )
    return 0.3 if worse else usual(cell)


def usual_number(cell: Cell) -> int:
    """Answers of this kind among 400 (delivery: 600) of the stage."""
    if cell.stage == "returns":
        return 80 if cell.plan == "pro" else 20
    return 50


def shifted_number(cell: Cell) -> int:
    """The same since today: returns now come mostly from the plan free."""
    if cell.stage == "returns":
        return 10 if cell.plan == "pro" else 90
    return usual_number(cell)


def open_journey(api: Api) -> None:
    """Map the journey, an owner a stage, and a survey a touchpoint."""
    for stage in STAGES:
        api.put("alerts", f"/v1/owners/{KEY}-{stage}", {"name": stage.title(), "email": address(stage)})
    stages = [
        {
            "key": stage,
            "name": stage.title(),
            "owner": f"{KEY}-{stage}",
            "touchpoints": [
                {"key": key, "name": name, "moment_of_truth": key == "parcel"}
                for key, name in touchpoints.items()
            ],
        }
        for stage, touchpoints in STAGES.items()
    ]
    api.put(
        "survey", f"/v1/journeys/{KEY}", {"name": "Shop", "segments": ["plan", "region"], "stages": stages}
    )
    for stage, touchpoints in STAGES.items():
        for touchpoint, name in touchpoints.items():
            document: Item = {"journey": KEY, "stage": stage, "touchpoint": touchpoint, "metric": "csat"}
            document |= {"audience": "customer", "status": "live", "question": {"en": f"How was it: {name}?"}}
            reasons = [{"key": key, "label": {"en": key.title()}} for key in ("late", "price")]
            api.put("survey", f"/v1/surveys/{KEY}-{touchpoint}", document | {"reasons": reasons})


def address(stage: str) -> str:
    return f"{stage}@{KEY}.example"


def history(rng: random.Random) -> list[Item]:
    """Two months of healthy days up to four days ago; each cell's answers are spread evenly over them.

    In an order of chance: one order for all cells would put what they have in common on the same days.
    """
    today, found = datetime.now(UTC), []
    for cell in CELLS:
        made = list(answers(cell, 3 * usual_number(cell), usual, app=0.2))
        rng.shuffle(made)
        for number, item in enumerate(made):
            day = 4 + number * HISTORY_DAYS // len(made)
            item["answered_at"] = (today - timedelta(days=day, seconds=rng.randrange(80_000))).isoformat()
        found += made
    return found


def today(rng: random.Random) -> list[Item]:
    """The answers of today, in any order. Support hears more from its app than before."""
    found: list[Item] = []
    for cell in CELLS:
        app = 0.6 if cell.stage == "support" else 0.2
        found += answers(cell, shifted_number(cell), fallen, app=app)
    rng.shuffle(found)
    for item in found:
        item["answered_at"] = datetime.now(UTC).isoformat()
    return found


def answers(cell: Cell, n: int, satisfied: Callable[[Cell], float], *, app: float) -> Iterator[Item]:
    """`n` answers with exactly these shares, each spread evenly; the dissatisfied say why."""
    for number in range(n):
        happy, by_app = _falls(number, satisfied(cell)), _falls(number * 7 + 3, app)
        yield {
            "survey": cell.survey,
            "id": str(uuid.uuid4()),
            "score": 5 if happy else 2,
            "reasons": [] if happy else ["price" if number % 7 == 0 else "late"],
            "attributes": {"plan": cell.plan, "region": cell.region},
            "channel": "app" if by_app else "link",
        }


def _falls(number: int, share: float) -> bool:
    """Whether the number-th of evenly spread hits falls here."""
    return int((number + 1) * share + 1e-9) > int(number * share + 1e-9)
