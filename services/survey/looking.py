"""One customer's journey, for those who may see it; every look is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.survey import respondents
from services.survey.along import along, count, shared_by
from services.survey.follow_ups.contact import every_name
from services.survey.own_stages import own_stages
from services.survey.respondents import Keys
from services.survey.store import journeys, looks
from services.survey.store import respondents as store
from shared.access import Principal
from shared.db import Connection
from shared.reserved import CHECK
from shared.web.problems import Problem

MOST_JOURNEYS = 1_000
Rows = list[dict[str, Any]]


def look(conn: Connection, keys: Keys, who: Principal, name: str, why: str | None) -> dict[str, Any]:
    """{respondent, looked_at, journeys (`along.along`), erased_at}: what the person called `name` answered, and that
    `who` looked. Nothing is told where nothing is kept in the journeys that they may see. Raises Problem 403."""
    maps = _maps(conn)
    allowed = seen_by(who, maps)
    digests = [pseudonym.digest for pseudonym in every_name(keys, name)]
    cases = store.follow_ups(conn, digests, datetime.now(UTC))
    found = along(maps, store.answers(conn, digests), cases, allowed)
    whom = respondents.pseudonym(keys, name)
    return {
        "respondent": name,
        "looked_at": looks.note(conn, whom, (who.name, who.id), "journey", why, count(found)),
        "journeys": found,
        "erased_at": store.erased_at(conn, digests),
    }


def note(conn: Connection, keys: Keys, who: Principal, document: Mapping[str, Any], what: str) -> None:
    """Keep that `who` saw all that is kept of a person (`person.export`). what: `kept` or `export`."""
    whom = respondents.pseudonym(keys, document["respondent"])
    looks.note(conn, whom, (who.name, who.id), what, None, len(document["answers"]))


def note_filter(
    conn: Connection, keys: Keys, who: Principal, query: Mapping[str, Any], found: Mapping[str, Any]
) -> None:
    """Keep that `who` was shown what a filter of voids (`voiding.preview`) finds, where it names a person."""
    name = (query["respondent"] or "").strip()
    if name:
        looks.note(
            conn, respondents.pseudonym(keys, name), (who.name, who.id), "void", None, found["answers"]
        )


def seen_by(who: Principal, maps: Rows) -> set[str]:
    """The journeys in which `who` may see one customer: an admin all, a lead those with a stage of their own.

    Raises Problem 403 where there is none.
    """
    if who.may("admin"):
        return {row["journey"] for row in maps}
    found = shared_by(maps, own_stages(maps, who.owners))
    if not found:
        detail = "One customer's answers are for admins, and for leads who own a stage of the journey."
        raise Problem(403, "Not allowed", detail)
    return found


def may_look(conn: Connection, who: Principal) -> None:
    """Raises Problem 403 where `seen_by` does."""
    seen_by(who, _maps(conn))


def _maps(conn: Connection) -> Rows:
    rows = journeys.page(conn, archived=True, after="", limit=MOST_JOURNEYS)
    return [row for row in rows if row["journey"] != CHECK]
