"""Asking a person: who they are, whether the rules allow it, and the note that they were asked, in one transaction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from secrets import randbelow
from typing import NamedTuple

from services.survey import eligibility, respondents
from services.survey.answer_fields import MAX_TEXT, unstorable
from services.survey.definition import Definition
from services.survey.eligibility import Decision, Past, Verdict
from services.survey.employees import EMPLOYEE
from services.survey.signatures import is_signed
from services.survey.store import contacts
from services.survey.store.contacts import Event
from shared.db import Connection
from shared.settings import Settings

# How many different numbers a browser may draw for itself.
DRAWS = 10_000


class Visitor(NamedTuple):
    """What the page says about who is there: `respondent` and `sig` from the site, the rest from the browser.

    asked: when this browser last showed the survey (seconds since 1970), negative where it was closed unanswered.
    drawn: what it drew once, below DRAWS.
    """

    respondent: str | None = None
    sig: str | None = None
    asked: int | None = None
    drawn: int | None = None


def verified(
    settings: Settings, definition: Definition, respondent: str | None, sig: str | None
) -> str | None:
    """The respondent's name where its signature is right, else None: then nothing stored is read or written.

    Employees are never told apart: whom a survey asked, and when, would say who answered it.
    """
    if definition.audience == EMPLOYEE:
        return None
    name = (respondent or "").strip()
    if not name or len(name) > MAX_TEXT or unstorable(name):
        return None
    return name if is_signed(settings.secret_keys, definition, name, sig, datetime.now(UTC)) else None


def ask(conn: Connection, settings: Settings, definition: Definition, visitor: Visitor) -> Decision:
    """Whether to show the survey to this visitor now; to a verified respondent it then counts as asked.

    The caller owns the transaction and commits it before it answers.
    """
    now = datetime.now(settings.report_tz)
    name = verified(settings, definition, visitor.respondent, visitor.sig)
    if name is not None:
        return _ask_respondent(conn, settings, definition, name, now)
    drawn = randbelow(DRAWS) if visitor.drawn is None else visitor.drawn
    # A browser remembers each survey by itself: the rest between surveys is for people we know.
    rules = _rules(definition, rest_days=0)
    decision = eligibility.decide(
        rules, _told(definition, visitor), eligibility.draw(rules.survey, f"browser:{drawn}"), now
    )
    return _with(decision, _unverified(visitor))


def foresee(conn: Connection, settings: Settings, definition: Definition, respondent: str | None) -> Decision:
    """What the rules would say now to a respondent whose signature is right, or to a browser that was never here.

    For those who set the survey up: nobody is asked, and nothing is kept.
    """
    now = datetime.now(settings.report_tz)
    name = (respondent or "").strip()[:MAX_TEXT]
    if name and not unstorable(name) and definition.audience != EMPLOYEE:
        return _decide(conn, settings, definition, name, now)
    rules = _rules(definition, rest_days=0)
    return eligibility.decide(
        rules, Past(), eligibility.draw(rules.survey, f"browser:{randbelow(DRAWS)}"), now
    )


def _ask_respondent(
    conn: Connection, settings: Settings, definition: Definition, name: str, now: datetime
) -> Decision:
    pseudonym = respondents.pseudonym(settings.respondent_keys, name)
    contacts.lock(conn, pseudonym)
    decision = _decide(conn, settings, definition, name, now)
    if decision.show:
        contacts.record(conn, pseudonym, definition.survey, "asked_at", now)
    return _with(decision, Verdict(True, "respondent: verified"))


def _decide(
    conn: Connection, settings: Settings, definition: Definition, name: str, now: datetime
) -> Decision:
    past = contacts.past(conn, respondents.every_digest(settings.respondent_keys, name))
    rules = _rules(definition, settings.ask_rest_days)
    return eligibility.decide(rules, past, eligibility.draw(rules.survey, f"respondent:{name}"), now)


def _rules(definition: Definition, rest_days: int) -> eligibility.Rules:
    rest = timedelta(days=rest_days)
    truth = definition.moment_of_truth
    return eligibility.rules(definition.survey, definition.document, moment_of_truth=truth, rest=rest)


def note(
    conn: Connection, settings: Settings, definition: Definition, visitor: Visitor, event: Event
) -> bool:
    """Keep that a verified respondent closed the survey or does not want any; False, nothing kept, for others."""
    name = verified(settings, definition, visitor.respondent, visitor.sig)
    if name is None:
        return False
    pseudonym = respondents.pseudonym(settings.respondent_keys, name)
    contacts.record(conn, pseudonym, definition.survey, event, datetime.now(UTC))
    return True


def _told(definition: Definition, visitor: Visitor) -> Past:
    asked = visitor.asked or 0
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).timestamp()
    if not 0 < abs(asked) < tomorrow:  # a clock that was wrong then must not hide the survey for years
        return Past()
    at = {definition.survey: datetime.fromtimestamp(abs(asked), UTC)}
    return Past(at, at if asked < 0 else {})


def _unverified(visitor: Visitor) -> Verdict:
    if not visitor.respondent:
        return Verdict(True, "respondent: none named")
    why = "its sig is wrong" if visitor.sig else "it has no sig"
    return Verdict(True, f"respondent: not verified, {why}; only what this browser remembers counts")


def _with(decision: Decision, verdict: Verdict) -> Decision:
    return decision._replace(verdicts=[verdict, *decision.verdicts])
