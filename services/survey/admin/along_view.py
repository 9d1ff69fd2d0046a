"""One customer's journey as its page shows it. Pure: the document of `looking.look` in, what stands there out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shared.events import SCALES

Row = Mapping[str, Any]

STATES = {"open": "Open", "contacted": "Contacted", "resolved": "Resolved"}
OUTCOMES = {
    "solved": "solved",
    "not_solved": "not solved",
    "no_answer": "the customer did not answer",
    "not_needed": "not needed",
}


def shown(found: Row, surveys: Iterable[Row]) -> dict[str, Any]:
    """{…found, answers, cases, first, last, unverified, nothing, journeys[{name, stages[{name, answers[],
    follow_ups[]}]}]}.

    An answer gets its `scale`, `reason_names` and `facts`; a case its `said`. surveys: rows {survey, document}.
    """
    labels = {row["survey"]: _labels(row["document"]) for row in surveys}
    journeys = [
        {
            **journey,
            "stages": [
                {
                    **stage,
                    "answers": [_answer(row, labels.get(row["survey"], {})) for row in stage["answers"]],
                    "follow_ups": [{**case, "said": said(case)} for case in stage["follow_ups"]],
                }
                for stage in journey["stages"]
            ],
        }
        for journey in found["journeys"]
    ]
    answers = [row for journey in journeys for stage in journey["stages"] for row in stage["answers"]]
    times = sorted(row["answered_at"] for row in answers)
    return {
        **found,
        "journeys": journeys,
        "answers": len(answers),
        "cases": sum(len(stage["follow_ups"]) for journey in journeys for stage in journey["stages"]),
        "first": times[0] if times else None,
        "last": times[-1] if times else None,
        "unverified": sum(not row["verified"] for row in answers),
        "nothing": not journeys,
    }


def said(case: Row) -> str:
    """How a case stands: `Open`, `Open, overdue`, `Resolved: solved`."""
    state = STATES[case["state"]]
    if case["state"] == "resolved":
        return f"{state}: {OUTCOMES[case['outcome']]}"
    return f"{state}, overdue" if case["overdue"] else state


def _answer(row: Row, labels: Mapping[str, str]) -> dict[str, Any]:
    low, high = SCALES[row["metric"]]
    facts = [f"{key}: {value}" for key, value in sorted(row["segments"].items())]
    facts += [row["channel"]] if row["channel"] else []
    facts += ["imported or late"] if row["historic"] else []
    facts += [] if row["verified"] else ["not verified"]
    return {
        **row,
        "scale": f"{row['metric'].upper()} {low}\N{EN DASH}{high}",
        "reason_names": [labels.get(key, key) for key in row["reasons"]],
        "facts": facts,
    }


def _labels(document: Row) -> dict[str, str]:
    reasons = document.get("reasons") or []
    return {one["key"]: next(iter((one.get("label") or {}).values()), one["key"]) for one in reasons}
