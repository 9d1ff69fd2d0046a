"""Response events of synthetic stages, as they come from Kafka."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from shared.events import isoformat

START = datetime(2024, 1, 1, tzinfo=UTC)
SCORES = {"good": 10, "middling": 8, "bad": 3}

Event = tuple[str, dict[str, Any]]


def events(
    days: int,
    a_day: int = 20,
    *,
    historic_days: int = 0,
    low: range = range(0),
    seed: int = 1,
    stage: str = "delivery",
    audience: str = "customer",
    first: int = 1,
) -> list[Event]:
    """`days` days of NPS answers; on the days in `low` hardly anybody is happy."""
    random = Random(seed)
    made: list[Event] = []
    for day in range(days):
        weights = (2, 2, 6) if day in low else (6, 2, 2)
        for n in range(a_day):
            at = START + timedelta(days=day, seconds=n * 86_000 // a_day)
            score = SCORES[random.choices(list(SCORES), weights)[0]]
            made.append(recorded(first + len(made), score, at, day < historic_days, stage, audience))
    return made


def recorded(
    sequence: int,
    score: int,
    at: datetime,
    historic: bool,
    stage: str = "delivery",
    audience: str = "customer",
) -> Event:
    """One response.recorded event of the survey <stage>-nps."""
    data = {
        "sequence": sequence,
        "answer_id": f"00000000-0000-0000-0000-{sequence:012}",
        "survey": f"{stage}-nps",
        "survey_revision": 1,
        "journey": "shop",
        "stage": stage,
        "touchpoint": "courier",
        "metric": "nps",
        "audience": audience,
        "score": score,
        "reasons": [],
        "segments": {},
        "channel": "link",
        "lang": "en",
        "answered_at": isoformat(at),
        "recorded_at": isoformat(at + timedelta(seconds=1)),
        "historic": historic,
    }
    return "recorded", data


def correction(kind: str, sequence: int, original: Event, score: int | None) -> Event:
    """An amended or voided event of `original`."""
    data = original[1] | {"sequence": sequence, "score": score}
    return kind, data | {"previous": {"score": original[1]["score"], "reasons": []}}
