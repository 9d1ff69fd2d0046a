"""The measures of a journey on its scorecard, and what is green inside and red outside. Pure: rows in, JSON out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from shared import inside

Row = Mapping[str, Any]


def added(card: dict[str, Any], rows: Iterable[Row]) -> dict[str, Any]:
    """The scorecard with `measures` at each stage and `green_inside_red_outside`; rows: store.measures.readings.

    That a stage is degraded only alerts knows: by these scores alone it is under its target.
    """
    here: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        here[row["stage"]].append(reading(row))
    stages = [stage | {"measures": here[stage["stage"]]} for stage in card["stages"]]
    found = [one for stage in stages for one in inside.contrasts(stage)]
    return card | {"stages": stages, "green_inside_red_outside": found}


def reading(row: Row) -> dict[str, Any]:
    """A measure with the mean of its days in the window, and in the window before; null where no day has a value."""
    document = row["document"]
    found = {
        "measure": row["measure"],
        "name": document["name"],
        "unit": document.get("unit"),
        "direction": document["direction"],
        "target": document.get("target"),
        "value": row["value"],
        "days": row["days"],
        "last_day": row["last_day"],
        "before": {"value": row["before_value"], "days": row["before_days"]},
    }
    return found | {"meets_target": inside.meets(found)}
