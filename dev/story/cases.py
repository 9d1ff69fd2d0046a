"""Four customers who left a contact with a low answer: what became of each, and what one of them said along the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

import requests
from rich.progress import Progress

from dev import simulate
from dev.demo_calls import TIMEOUT, Demo, Failed, wait_for
from dev.story import door as doors
from dev.story import returns
from dev.story.people import Person, link, mails_to


@dataclass(frozen=True)
class Said:
    """One answer, so many days before the demo's, at this hour; whoever leaves a contact wants to be followed up."""

    respondent: str
    days_ago: int
    at: time
    survey: str
    score: int
    comment: str
    reasons: tuple[str, ...] = ()
    contact: tuple[str, str] | None = None


MARA = ("Mara Okafor", "mara.okafor@example.org")
SOLVED = Said(
    *("c-1042", 6, time(10, 15), "refund-nps", 2),
    "Sent the lamp back three weeks ago and still no money. Your chat says “soon”.",
    ("slow",),
    MARA,
)
LATE = Said(
    *("c-1031", 4, time(17, 40), "phone-nps", 3),
    "Forty minutes on hold, then cut off. Please just call me back.",
    ("long-wait",),
    ("Jonas Weber", "jonas.weber@example.org"),
)
CONTACTED = Said(
    *("c-1058", 1, time(9, 5), "payment-nps", 4),
    "Charged twice for one order, and nobody could tell me why.",
    ("error",),
    ("Ines Duarte", "ines.duarte@example.org"),
)
OPEN = Said(
    *("c-1077", 1, time(20, 30), "refund-nps", 3),
    "The mail named Thursday. It is the weekend now.",
    ("slow",),
    ("Lena Brandt", "lena.brandt@example.org"),
)
ALONG_THE_WAY = (
    Said("c-1042", 33, time(21, 10), "search-nps", 9, "Found the lamp in a minute."),
    Said("c-1042", 33, time(21, 30), "payment-nps", 9, ""),
    Said("c-1042", 30, time(13, 5), "courier-handover-nps", 8, "OK overall."),
)
CASES = (SOLVED, LATE, CONTACTED, OPEN)
THANKS = "Dana rang herself and the money is there. That is how it should be."


def give(demo: Demo) -> None:
    """Their answers, at the door's time: the cases open by themselves, and the oldest becomes overdue."""
    with doors.opened(demo.environment) as door:
        for said in sorted((*ALONG_THE_WAY, *CASES), key=lambda said: (-said.days_ago, said.at)):
            moment = datetime.combine(demo.anchor - timedelta(days=said.days_ago), said.at)
            door.set_to(moment + timedelta(minutes=1))
            returns.send_items(demo, door, [_item(demo.anchor, said, moment.replace(tzinfo=door.zone))])


def work(demo: Demo, progress: Progress) -> None:
    """Ben contacts one, Dana solves another; its customer is asked by mail, and answers. Done before: nothing."""
    task = progress.add_task("Dana solves a customer's case", total=1)
    solved = _case(demo, SOLVED)
    if solved["state"] != "resolved":
        _solve(demo, solved)
    progress.update(task, completed=1)


def _solve(demo: Demo, solved: dict[str, Any]) -> None:
    ben, dana = Person(demo, "ben@example.com"), Person(demo, "dana@example.com")
    written = "Wrote to her: the second charge is a reservation, gone by Monday."
    ben.call(
        "PATCH", f"/v1/follow-ups/{_case(demo, CONTACTED)['id']}", {"state": "contacted", "note": written}
    )
    reason = {"respondent": SOLVED.respondent, "why": "Before I ring back about the refund"}
    dana.call("POST", "/v1/respondents/journey", reason)
    path = f"/v1/follow-ups/{solved['id']}"
    dana.call("POST", f"{path}/take", {})
    dana.call("PATCH", path, {"state": "contacted"})
    end = {
        "outcome": "solved",
        "cause": "delay",
        "note": "Parcel was scanned but never unpacked. Refunded at once.",
    }
    dana.call("PATCH", path, {"state": "resolved"} | end)
    _answer_recovery(demo)


def _answer_recovery(demo: Demo) -> None:
    address = wait_for(lambda: _asked(demo), "the question after a solved case")
    form = {"score": "5", "comment": THANKS, "lang": "en"}
    answer = requests.post(address, data=form, timeout=TIMEOUT)
    if not answer.ok:
        raise Failed(f"{address}: {answer.status_code} {answer.text[:500]}")


def _asked(demo: Demo) -> str | None:
    links = [link(mail) for mail in mails_to(demo, MARA[1])]
    return next((found for found in links if "/s/" in found), None)


def _case(demo: Demo, said: Said) -> dict[str, Any]:
    """The case of an answer, by what nobody else's has."""
    return wait_for(lambda: _find(demo, said), f"the case of {said.respondent}", 30)


def _find(demo: Demo, said: Said) -> dict[str, Any] | None:
    items = demo.call("survey", "GET", "/v1/follow-ups", params={"journey": "shop", "limit": 100}).json()[
        "items"
    ]
    found = (item for item in items if (item["survey"], item["score"]) == (said.survey, said.score))
    return next(found, None)


def _item(anchor: date, said: Said, at: datetime) -> dict[str, Any]:
    item = {
        "survey": said.survey,
        "id": str(_id(anchor, said)),
        "score": said.score,
        "reasons": list(said.reasons),
        "comment": said.comment or None,
        "respondent": said.respondent,
        "attributes": {"region": "South", "plan": "pro"},
        "lang": "en",
        "answered_at": at.isoformat(),
    }
    if said.contact is None:
        return item
    name, email = said.contact
    return item | {"contact": {"name": name, "email": email, "consent": True}}


def _id(anchor: date, said: Said) -> UUID:
    return uuid5(simulate.NAMESPACE, f"{simulate.SEED} {anchor} {said.respondent} {said.survey}")
