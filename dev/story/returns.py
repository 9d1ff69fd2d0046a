"""Returns, the pilot: nine weeks in which its refunds come late, are repaired, and become better than ever.

Its answers come in at a door whose clock is set back (door.py), so that its detector bets on them as it did, would and
will on live ones; nobody is told today of what was over weeks ago: a silence, as people set one, sees to that.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from rich.progress import Progress, TaskID

from dev.demo_calls import Demo, Failed, wait_for
from dev.simulate import Answer
from dev.story import door as doors
from dev.story import weeks
from dev.story.door import Door
from dev.story.weeks import STAGE, Part

SILENCE = "weeks-past"
WON = "Returns NPS up"  # how the mail about the win begins
PLACE = {"journey": "shop", "stage": STAGE, "metric": "nps", "audience": "customer"}
CONTROL = {"stages": ["checkout", "discovery"]}
TIMES_A_DAY = 3
HISTORY_AT_ONCE = 5000


def add_history(demo: Demo, door: Door) -> int:
    """Bring in what Returns was answered before its detector went live; the number of answers."""
    (history, *_) = weeks.parts(demo.anchor, demo.days)
    answers = [one for _, some in weeks.days_of(demo.surveys, demo.anchor, history) for one in some]
    door.set_to(datetime.combine(history.last + timedelta(days=3), datetime.min.time()))
    for start in range(0, len(answers), HISTORY_AT_ONCE):
        send(demo, door, answers[start : start + HISTORY_AT_ONCE])
    return len(answers)


def measure(demo: Demo) -> None:
    """Have the effects measured once more: what was told with the win had only the answers of then."""
    for action in demo.call("alerts", "GET", "/v1/actions", params={"journey": "shop"}).json()["items"]:
        demo.call("alerts", "GET", f"/v1/actions/{action['action']}/effect")


def live_through(demo: Demo, progress: Progress) -> dict[str, Any]:
    """Send the weeks past day by day, and do what was done in them; the win that ends them."""
    parts = weeks.parts(demo.anchor, demo.days)[1:]
    days = sum((part.last - part.first).days + 1 for part in parts)
    task = progress.add_task("Nine weeks of Returns, day by day", total=days)
    known = win(demo)
    if known is not None:
        progress.update(task, completed=days)
        return known
    with doors.opened(demo.environment) as door:
        usual, fallen, repaired, better = parts
        _silence(demo)
        _send(demo, door, [usual, fallen], progress, task)
        incident = wait_for(lambda: _incident(demo), "the incident of Returns")
        _act(demo, incident["id"])
        _send(demo, door, [repaired], progress, task)
        wait_for(lambda: _incident(demo, "resolved"), "the end of Returns' incident")
        demo.call("alerts", "DELETE", f"/v1/silences/{SILENCE}")
        _send(demo, door, [better], progress, task)
    return wait_for(lambda: win(demo), "the win of Returns")


def send(demo: Demo, door: Door, answers: list[Answer]) -> None:
    """Answers through the door, at its time."""
    send_items(demo, door, [item(answer, door) for answer in answers])


def send_items(demo: Demo, door: Door, items: list[dict[str, Any]]) -> None:
    """Items of a batch through the door, at its time. Raises Failed where one is refused."""
    result = demo.at(door.environment).call("survey", "POST", "/v1/responses/batch", json=items).json()
    if result["rejected"]:
        raise Failed(f"answers of weeks past are refused: {result['rejected'][:3]}")


def item(answer: Answer, door: Door) -> dict[str, Any]:
    """One answer of a batch; its time is local to the report's time zone."""
    assert answer.answered_at is not None
    return {
        "survey": answer.survey,
        "id": str(answer.id),
        "score": answer.score,
        "reasons": list(answer.reasons),
        "comment": answer.comment or None,
        "attributes": answer.attributes,
        "lang": "en",
        "answered_at": answer.answered_at.replace(tzinfo=door.zone).isoformat(),
    }


def win(demo: Demo) -> dict[str, Any] | None:
    """The win of Returns, once it is found."""
    items = demo.call("alerts", "GET", "/v1/wins", params={"journey": "shop", "stage": STAGE}).json()["items"]
    return items[0] if items else None


def _send(demo: Demo, door: Door, parts: list[Part], progress: Progress, task: TaskID) -> None:
    for part in parts:
        for _, answers in weeks.days_of(demo.surveys, demo.anchor, part):
            size = len(answers) // TIMES_A_DAY
            for start in range(0, len(answers), size):
                some = answers[start : start + size]
                assert some[-1].answered_at is not None
                door.set_to(some[-1].answered_at + timedelta(minutes=1))
                send(demo, door, some)
            progress.advance(task)


def _silence(demo: Demo) -> None:
    now = datetime.now(UTC)
    said = {"why": "These weeks are over: the demo lives through them once more, and nobody is told today."}
    times = {"from": now.isoformat(), "to": (now + timedelta(hours=1)).isoformat()}
    place = {"journey": "shop", "stage": STAGE}
    demo.call("alerts", "PUT", f"/v1/silences/{SILENCE}", json=place | times | said)


def _incident(demo: Demo, state: str | None = None) -> dict[str, Any] | None:
    query = {"journey": "shop", "stage": STAGE} | ({"state": state} if state else {})
    items = demo.call("alerts", "GET", "/v1/incidents", params=query).json()["items"]
    return items[0] if items else None


def _act(demo: Demo, incident: str) -> None:
    """What Dana did about it, and what made it better than it had been."""
    zero = weeks.monday(demo.anchor)
    repair = {
        "title": "Refunds leave when the carrier scans the parcel",
        "description": "They waited for the depot to unpack it: nine days on average since the new depot opened. "
        "The payment provider now gets the order at the first scan.",
        "owner": "dana",
        "incident": incident,
        "started_on": _day(zero + weeks.REPAIR),
    }
    better = {
        "title": "Every refund names its day",
        "description": "The mail about a return says on which day the money is there, and a second one that it is.",
        "owner": "dana",
        "started_on": _day(zero + weeks.BETTER),
    }
    for key, action in (("refund-at-first-scan", repair), ("refund-names-its-day", better)):
        demo.call("alerts", "PUT", f"/v1/actions/{key}", json=PLACE | action | {"control": CONTROL})


def _day(day: date) -> str:
    return day.isoformat()
