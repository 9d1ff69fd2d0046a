"""Response events as a consumer gets them, and a history of answers given, amended and voided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from shared.events import AMENDED, RECORDED, VOIDED, isoformat
from shared.scoring import SCALES

START = datetime(2026, 3, 27, tzinfo=UTC)
PLACES = (
    ("shop", "delivery", "handover", "delivery-nps", "nps", "customer"),
    ("shop", "delivery", "tracking", "tracking-csat", "csat", "customer"),
    ("shop", "delivery", "handover", "courier-nps", "nps", "employee"),
    ("shop", "returns", "handover", "returns-ces", "ces", "customer"),
    ("bank", "opening", "form", "form-nps", "nps", "customer"),
)

Event = tuple[str, dict[str, Any]]


def recorded(
    place: tuple[str, ...] = PLACES[0],
    score: int = 9,
    *,
    at: datetime = START,
    reasons: tuple[str, ...] = (),
    **segments: str,
) -> Event:
    """One answer, recorded the moment it was given."""
    names = ("journey", "stage", "touchpoint", "survey", "metric", "audience")
    data = dict(zip(names, place, strict=True)) | {
        "sequence": 1,
        "answer_id": "a",
        "survey_revision": 1,
        "score": score,
        "reasons": list(reasons),
        "segments": segments,
        "channel": "web",
        "lang": "en",
        "answered_at": isoformat(at),
        "recorded_at": isoformat(at),
        "historic": False,
    }
    return RECORDED, data


def amended(
    event: Event, score: int, reasons: tuple[str, ...] = (), later: timedelta = timedelta(hours=1)
) -> Event:
    """The customer's second thought about an answer."""
    return AMENDED, _after(event, later) | {"score": score, "reasons": list(reasons)}


def voided(event: Event, later: timedelta = timedelta(days=2)) -> Event:
    """The answer taken out of every score."""
    return VOIDED, _after(event, later) | {"score": None, "reasons": []}


def history(seed: int, answers: int, days: int = 10) -> list[Event]:
    """Answers over some days around a change of the clocks, some amended, some voided, in order of recording."""
    random, events = Random(seed), []
    for _ in range(answers):
        place = random.choice(PLACES)
        at = START + timedelta(seconds=random.randrange(days * 86400), microseconds=random.randrange(10**6))
        segments = {"region": random.choice(["north", "south"]), "plan": random.choice(["pro", "free"])}
        kept = {key: value for key, value in segments.items() if random.random() < 0.8}
        reasons = tuple(random.sample(["late", "damaged", "rude"], random.randrange(3)))
        event = recorded(place, random.choice(list(SCALES[place[4]])), at=at, reasons=reasons, **kept)
        events.append(event)
        if random.random() < 0.2:
            event = amended(event, random.choice(list(SCALES[place[4]])), ("late",))
            events.append(event)
        if random.random() < 0.1:
            events.append(voided(event))
    return sorted(events, key=lambda event: event[1]["recorded_at"])


def _after(event: Event, later: timedelta) -> dict[str, Any]:
    data = event[1]
    recorded_at = datetime.fromisoformat(data["recorded_at"]) + later
    previous = {"score": data["score"], "reasons": data["reasons"]}
    return data | {"previous": previous, "recorded_at": isoformat(recorded_at)}
