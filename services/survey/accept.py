"""The one path by which an answer gets in, whichever door it came through: rows of `response` and of the outbox.

`accept_many` is the authority, for batch and imports; `accept_one` is a short cut for the public door that writes
a new answer in one statement and leaves everything else to `accept_many`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import orjson

from services.survey import respondents, response_events
from services.survey.answers import Answer, content_hash
from services.survey.definition import OTHER, Definition, new_values, segment_values
from services.survey.follow_ups import opening
from services.survey.store import erasures, responses, segments
from services.survey.store.responses import Row
from shared.db import Connection
from shared.events import RECORDED, RESPONSES, response_type
from shared.outbox import OutboxRow, append

HISTORIC_AFTER = timedelta(hours=48)

Outcome = Literal["accepted", "duplicate", "conflict"]
Kept = dict[tuple[str, str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """A checked answer (`answers.read`) to a survey whose definition was read in the same transaction.

    Definitions come from `store.surveys.definitions(conn, keys)`, which share-locks the surveys until the commit.
    """

    definition: Definition
    answer: Answer
    imported: bool = False


def accept_many(
    conn: Connection, items: Sequence[NewAnswer], received_at: datetime, keys: respondents.Keys
) -> list[Outcome]:
    """Take checked answers in, with an outbox row for each new one and the follow-ups that their surveys' rules want;
    one outcome an item, in order.

    An id seen before (or earlier in `items`) is a duplicate, or a conflict where its first content was another;
    neither changes anything. What a person gave before they were erased is stored, and is nobody's at once.
    `keys` are `settings.respondent_keys`. The caller owns the transaction and calls this once in it: locks are taken
    in one order (segment keys, then ids), so that two callers never block each other for good.
    """
    kept = _keep_values(conn, items)
    firsts: dict[UUID, NewAnswer] = {}
    for item in items:
        firsts.setdefault(item.answer.id, item)
    written = [_prepare(item, kept, received_at, keys) for item in firsts.values()]
    new = responses.insert(conn, sorted((row for row, _ in written), key=_id))
    append(conn, [event for row, event in written if row.id in new])  # in the order in which they came
    gone = _forget_erased(conn, [item for item in firsts.values() if item.answer.id in new], keys)
    kept_rows = [row for row, _ in written if row.id in new and row.id not in gone]
    opening.keep(conn, [_given(firsts[row.id], row) for row in kept_rows], received_at, keys)
    return _outcomes(conn, items, new, keys)


def accept_one(
    conn: Connection, definition: Definition, answer: Answer, received_at: datetime, keys: respondents.Keys
) -> bool:
    """Take one new answer in with a single statement, so that autocommit makes it durable; True where it did.

    False, with nothing written: the definition is out of date, a segment value is new, the id is known, the giver was
    erased once, or they left a contact. Then read the definition again and ask `accept_many`.
    """
    if answer.contact or new_values(definition, segment_values(definition, answer.attributes)):
        return False
    row, event = _prepare(NewAnswer(definition, answer), {}, received_at, keys)
    giver = respondents.known_as(keys, answer.respondent)
    return responses.insert_one(conn, row, giver, event, definition.journey, definition.journey_revision)


def seen_before(conn: Connection, item: NewAnswer, keys: respondents.Keys) -> Outcome | None:
    """Whether the answer's id is known: duplicate, or conflict with its first content; None where it is new."""
    known = responses.first_contents(conn, [item.answer.id])
    if known:
        return _compare(item, known[item.answer.id], keys)
    return "duplicate" if erasures.is_tombstone(conn, item.answer.id) else None


def _given(item: NewAnswer, row: Row) -> opening.Given:
    certain = bool(row.respondent_verified)
    return opening.Given(
        item.definition,
        row.answer_id,
        row.score,
        row.lang,
        row.historic,
        item.answer.contact,
        row.respondent if certain else None,
        row.respondent_key if certain else None,
    )


def _names(answer: Answer, keys: respondents.Keys) -> list[bytes]:
    """Every pseudonym under which the giver may have been erased: their name's, and their address's."""
    found = respondents.known_as(keys, answer.respondent)
    if answer.contact is None:
        return found
    return found + respondents.every_digest(keys, answer.contact.email.lower())


def _forget_erased(conn: Connection, items: Sequence[NewAnswer], keys: respondents.Keys) -> set[UUID]:
    """Make nobody's, of the answers just written, those given before their giver was erased; their ids.

    Asked after the insert: from then on no erasure can commit before this transaction does.
    """
    named = [item for item in items if item.answer.respondent is not None or item.answer.contact]
    if not named or not erasures.any_yet(conn):
        return set()
    digests = {item.answer.id: _names(item.answer, keys) for item in named}
    erased_at = erasures.latest(conn, [digest for known in digests.values() for digest in known])
    gone = [
        item.answer.id
        for item in named
        if any(_is_before(item, erased_at[d]) for d in digests[item.answer.id] if d in erased_at)
    ]
    erasures.forget_answers(conn, gone)
    return set(gone)


def _is_before(item: NewAnswer, erased_at: datetime) -> bool:
    """Whether the answer was given before then; an imported one that names no time was."""
    untimed = item.imported and item.answer.given_at is None
    return untimed or item.answer.answered_at <= erased_at


def _keep_values(conn: Connection, items: Sequence[NewAnswer]) -> Kept:
    wanted: dict[tuple[str, str], list[str]] = {}
    for item in items:
        values = segment_values(item.definition, item.answer.attributes)
        for key, value in new_values(item.definition, values).items():
            wanted.setdefault((item.definition.journey, key), []).append(value)
    return {
        (journey, key): segments.keep(conn, journey, key, wanted[journey, key])
        for journey, key in sorted(wanted)
    }


def _prepare(
    item: NewAnswer, kept: Kept, received_at: datetime, keys: respondents.Keys
) -> tuple[Row, OutboxRow]:
    definition, answer = item.definition, item.answer
    historic = item.imported or answer.answered_at < received_at - HISTORIC_AFTER
    found = _segments(definition, answer, kept)
    answer_id = uuid4()
    pseudonym, key_id = respondents.stored_as(keys, answer.respondent)
    row = Row(
        id=answer.id,
        answer_id=answer_id,
        survey=definition.survey,
        survey_revision=definition.revision,
        score=answer.score,
        comment=answer.comment,
        reasons=",".join(answer.reasons),
        attributes=_json(answer.attributes),
        segments=_json(found),
        respondent=pseudonym,
        respondent_key=key_id,
        respondent_verified=answer.verified if answer.respondent else None,
        lang=answer.lang,
        channel=answer.channel,
        answered_at=answer.answered_at,
        received_at=received_at,
        historic=historic,
        first_content=content_hash(answer, definition.survey),
    )
    data = response_events.recorded(definition, answer, answer_id, found, historic)
    return row, OutboxRow(RESPONSES, definition.key, response_type(RECORDED), data, historic, received_at)


def _segments(definition: Definition, answer: Answer, kept: Kept) -> dict[str, str]:
    """The answer's segments, values for which there was no room as `other`."""
    found = segment_values(definition, answer.attributes)
    for key, value in found.items():
        if value not in definition.kept[key] and value not in kept.get((definition.journey, key), ()):
            found[key] = OTHER
    return found


def _outcomes(
    conn: Connection, items: Sequence[NewAnswer], new: set[UUID], keys: respondents.Keys
) -> list[Outcome]:
    unclaimed = set(new)
    outcomes: list[Outcome | None] = []
    for item in items:
        outcomes.append("accepted" if item.answer.id in unclaimed else None)
        unclaimed.discard(item.answer.id)
    again = {item.answer.id for item, outcome in zip(items, outcomes, strict=True) if outcome is None}
    known = responses.first_contents(conn, list(again)) if again else {}
    return [
        outcome or (_compare(item, known[item.answer.id], keys) if item.answer.id in known else "duplicate")
        for item, outcome in zip(items, outcomes, strict=True)
    ]


def _compare(item: NewAnswer, first: dict[str, Any], keys: respondents.Keys) -> Outcome:
    same = first["first_content"] == content_hash(
        item.answer, item.definition.survey
    ) and respondents.is_same(keys, first["respondent"], first["respondent_key"], item.answer.respondent)
    return "duplicate" if same else "conflict"


def _id(row: Row) -> UUID:
    return row.id


def _json(value: dict[str, Any]) -> str:
    return orjson.dumps(value).decode()
