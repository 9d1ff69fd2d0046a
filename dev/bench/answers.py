"""What is measured with: maps, surveys, answers, a CSV and events, all made up; the same each time but for ids."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

PLANS = ("free", "pro", "team")
REGIONS = ("north", "south", "east", "west", "abroad")
HEALTHY = (9, 9, 10, 10, 8, 7, 9, 10, 6, 9)  # NPS 60
FALLEN = (0, 2, 3, 4, 5, 6)
COMMENT = "It took two days longer than promised, but the people on the phone were kind."

_random = random.Random(2211)
START = datetime(2026, 1, 1, tzinfo=UTC)


def stages(number: int) -> list[str]:
    """The journeys that have past answers and then fall, one after the other."""
    return [f"bench-{one}" for one in range(number)]


def journey() -> dict[str, Any]:
    """The map of a journey with one stage and two segments, as it is PUT."""
    stage = {"key": "delivery", "name": "Delivery", "touchpoints": [{"key": "handover", "name": "Handover"}]}
    return {"name": "Bench", "segments": ["plan", "region"], "stages": [stage]}


def survey(of: str) -> dict[str, Any]:
    """A live NPS survey of journey `of`, as it is PUT."""
    return {
        "journey": of,
        "stage": "delivery",
        "touchpoint": "handover",
        "metric": "nps",
        "audience": "customer",
        "status": "live",
        "question": {"en": "Would you recommend us?"},
        "reasons": [{"key": "late", "label": {"en": "Too late"}}],
    }


def answer(scores: tuple[int, ...] = HEALTHY) -> dict[str, Any]:
    """An answer as the widget posts it, all fields in use."""
    return {
        "id": str(uuid4()),
        "score": _random.choice(scores),
        "comment": COMMENT,
        "reasons": ["late"],
        "respondent": f"customer-{_random.randrange(100_000)}",
        "attributes": {"plan": _random.choice(PLANS), "region": _random.choice(REGIONS)},
        "lang": "en",
        "channel": "web",
    }


def csv_lines(surveys: list[str], rows: int) -> Iterator[str]:
    """A CSV of last year's answers, spread over `surveys` and in order of time."""
    yield "survey,score,answered_at,plan,region,comment\n"
    first, last = datetime.now(UTC) - timedelta(days=365), datetime.now(UTC) - timedelta(days=3)
    step = (last - first) / rows
    for row in range(rows):
        at = (first + row * step).strftime("%Y-%m-%dT%H:%M:%SZ")
        comment = f'"{COMMENT}"' if row % 4 == 0 else ""
        rest = (_random.choice(PLANS), _random.choice(REGIONS), comment)
        yield ",".join((surveys[row % len(surveys)], str(_random.choice(HEALTHY)), at, *rest)) + "\n"


def events(number: int, keys: int, *, spread: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """(key, data) of recorded events: a thousand past answers of each stage, then a month of live ones, in order.

    spread: the days on which they were given lie at random in a year instead: the worst case for day buckets.
    """
    historic = min(1000, number // keys // 3)
    live = number // keys - historic
    for round_ in range(number // keys):
        past = round_ < historic
        at = START + timedelta(
            days=-300 * (1 - round_ / historic) if past else 28 * (round_ - historic) / live
        )
        for key in range(keys):
            given = at - timedelta(days=_random.randrange(365)) if spread else at
            yield f"bench-{key}/delivery", _data(key, round_ + 1, at, given, past)


def _data(key: int, sequence: int, recorded: datetime, given: datetime, historic: bool) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "answer_id": str(uuid4()),
        "survey": f"bench-{key}-nps",
        "survey_revision": 1,
        "journey": f"bench-{key}",
        "stage": "delivery",
        "touchpoint": "handover",
        "metric": "nps",
        "audience": "customer",
        "score": _random.choice(HEALTHY),
        "reasons": ["late"] if sequence % 10 == 0 else [],
        "segments": {"plan": _random.choice(PLANS), "region": _random.choice(REGIONS)},
        "channel": "web",
        "lang": "en",
        "answered_at": _text(given),
        "recorded_at": _text(recorded),
        "historic": historic,
    }


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
