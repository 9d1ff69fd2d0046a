"""The weekly review: when it is due it is gathered, frozen, and told to its people in one transaction.

A process that dies before that transaction leaves all of it to the next; one that dies after it leaves nothing to do.
Every message's id is made from what it is, so that nobody is told of a week twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import requests
import structlog

from services.alerts import measuring, plans, reviewing, schedule
from services.alerts.channels.addressed import channels, fallback
from services.alerts.messages.review import REVIEW
from services.alerts.plans import Told
from services.alerts.reviews import questions, rhythm
from services.alerts.reviews.facts import About
from services.alerts.routing import FALLBACK, JOURNEY, Recipient
from services.alerts.store import maps, notifications, owners, reviews
from shared.access import service_token
from shared.db import Connection
from shared.settings import Settings
from shared.web.neighbours import Asked

Row = Mapping[str, Any]
Asking = tuple[str, str, Mapping[str, Any]]
TIMEOUT_SECONDS = 8.0

log = structlog.get_logger()


def step(conn: Connection, settings: Settings, clock: Callable[[], datetime]) -> bool:
    """Send the review longest due, or come back to it; False where none is due."""
    due = reviews.claim(conn, clock(), schedule.LEASE * 10)
    if due is None:
        return False
    if due["journey"] not in maps.documents(conn):
        _over(conn, settings, due, clock())  # retired: nobody is asked, and nobody told
        return True
    of = reviewing.about(conn, due["journey"], None, clock(), settings.report_tz)
    kept = reviews.frozen(conn, of.journey, of.week.monday)
    made = kept["document"] if kept else _gathered(conn, settings, of)
    now = clock()
    if made["failed"] and kept is None and now - due["next_at"] < rhythm.PATIENCE:
        reviews.postpone(conn, of.journey, now + rhythm.AGAIN)
        return True
    with conn.transaction():
        reviews.freeze(conn, of.journey, of.week.monday, made, now)
        for one in _recipients(conn, settings, of, due["document"]):
            _tell(conn, of, one, now)
        _over(conn, settings, due, now)
    return True


def _gathered(conn: Connection, settings: Settings, of: About) -> dict[str, Any]:
    """The review with the decisions as they stand when it is sent, for its mail."""
    answers = _asked(settings, questions.questions(of))
    acted = reviewing.recent_actions(conn, of)
    effects = _effects(conn, settings, of, acted, answering=not any(one.failure for one in answers.values()))
    made = reviewing.document(conn, of, answers, acted, effects)
    return made | {"decisions": reviewing.whole(conn, of, made, None)["decisions"]}


def _effects(
    conn: Connection, settings: Settings, of: About, rows: Sequence[Row], *, answering: bool
) -> dict[str, Row]:
    """The effects of actions by now, by key; as they were last measured once the scores do not come."""
    found: dict[str, Row | None] = {}
    for row in rows:
        found[row["action"]] = measuring.kept(row)
        if answering:
            wanted = measuring.wanted(conn, row, of.now, of.zone)
            answers = _asked(settings, wanted.questions)
            answering = not any(answers[name].failure for name in measuring.needed(wanted))
            if answering:
                told = {name: one.found for name, one in answers.items()}
                with conn.transaction():
                    found[row["action"]] = measuring.measured(conn, wanted, told, of.now).document
    return {action: effect for action, effect in found.items() if effect}


def _asked(settings: Settings, asked: Mapping[str, Asking]) -> dict[str, Asked]:
    """What other services answer this service, one after the other. Alarms wait meanwhile: after one that did not
    answer nothing more is asked."""
    found: dict[str, Asked] = {}
    with requests.Session() as session:
        session.trust_env = False  # our own service is never behind a proxy
        session.headers["Authorization"] = f"Bearer {service_token(settings)}"
        for name, question in asked.items():
            failed = next((one for one in found.values() if one.failure), None)
            found[name] = failed or _answer(session, settings, *question)
    return found


def _answer(
    session: requests.Session, settings: Settings, service: str, path: str, query: Mapping[str, Any]
) -> Asked:
    url = settings.internal_url(service) + path
    try:
        answer = session.get(url, params=dict(query), timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        log.warning("service away", path=path, error=type(error).__name__)
        return Asked(failure="does not answer")
    if answer.status_code != requests.codes.ok:
        log.warning("service refused", path=path, status=answer.status_code)
        return Asked(failure=f"refused: {answer.status_code}")
    return Asked(found=answer.json())


def _recipients(conn: Connection, settings: Settings, of: About, document: Row) -> list[Told]:
    """Those the schedule names who can be reached; else the journey's owner, else the fallback address."""
    named = [(owner, REVIEW) for owner in document.get("to", [])] or [(of.journey_map.get("owner"), JOURNEY)]
    found = [
        Told(Recipient(owner, because), known, channels(known))
        for owner, because in named
        if owner and (known := owners.get(conn, owner))
    ]
    return found or [Told(Recipient(None, FALLBACK), None, [fallback(settings.fallback_owner)])]


def _tell(conn: Connection, of: About, to: Told, now: datetime) -> None:
    about = {"name": f"review/{of.journey}/{of.week}", "number": 0, "id": None, "incident_id": None}
    for row in plans.rows(about | {"kind": REVIEW}, {"journey": of.journey}, to, now):
        notifications.add(conn, row)
        reviews.told(conn, row["id"], of.journey, of.week.monday)


def _over(conn: Connection, settings: Settings, due: Row, now: datetime) -> None:
    following = rhythm.next_at(due["document"], now, settings.report_tz)
    reviews.sent(conn, due["journey"], due["next_at"], following)
