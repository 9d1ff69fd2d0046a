"""Erasing a person (docs/adr/0016): their answers become nobody's and stay counted; what else names them is deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.survey.follow_ups import working
from services.survey.follow_ups.contact import every_name
from services.survey.imports.rows import Reject
from services.survey.respondents import Keys, Pseudonym
from services.survey.store import contacts, erasures, leftovers, looks, responses
from services.survey.store.erasures import SLICE
from shared.db import Connection

COUNTED = (
    "answers", "comments", "contacts", "rejected_rows", "waiting_imports", "contact_details", "follow_ups",
)  # fmt: skip
Transaction = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True)
class Erasure:
    """What became of a person: the numbers of a receipt.

    answers: made nobody's; comments, contacts, rejected_rows, contact_details: deleted; follow_ups: closed, without
    what was personal. waiting_imports: files still being worked off that seem to name the person; their rows are stored
    as nobody's.
    """

    id: UUID
    erased_at: datetime
    answers: int
    comments: int
    contacts: int
    rejected_rows: int
    waiting_imports: int
    contact_details: int
    follow_ups: int

    def counts(self) -> dict[str, int]:
        """The numbers by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, int)}


def erase(transaction: Transaction, keys: Keys, name: str, by: str) -> Erasure:
    """Erase the person an embedding system calls `name`, under every key listed. Again: finds what is left.

    From the first commit on, answers of theirs from before, however late they arrive, are nobody's at once.
    """
    pseudonyms = every_name(keys, name)
    digests = [pseudonym.digest for pseudonym in pseudonyms]
    with transaction() as conn:
        lock(conn, pseudonyms)
        id, erased_at = erasures.note(conn, pseudonyms, by)
        found: Counter[str] = Counter(contacts=erasures.forget_contacts(conn, digests, None))
        looks.forget_why(conn, digests, None)
        last = _forget_slice(conn, digests, None, found, by)
    while last == SLICE:
        with transaction() as conn:
            lock(conn, pseudonyms)
            last = _forget_slice(conn, digests, None, found, by)
    with transaction() as conn:
        found["rejected_rows"] = leftovers.forget_rejects(conn, name)
        found["waiting_imports"] = len(leftovers.waiting(conn, name))
        erasure = Erasure(id, erased_at, **{name: found[name] for name in COUNTED})
        erasures.add_counts(conn, id, erasure.counts())
    return erasure


def reapply(transaction: Transaction, digest: bytes, until: datetime) -> Counter[str]:
    """Erase once more what came back of an erased person with a restored database; its numbers."""
    found: Counter[str] = Counter()
    last = SLICE
    while last == SLICE:
        with transaction() as conn:
            erasures.hold(conn)
            last = _forget_slice(conn, [digest], until, found, "restored")
            found["contacts"] += erasures.forget_contacts(conn, [digest], until)
            looks.forget_why(conn, [digest], until)
    return found


def lock(conn: Connection, pseudonyms: Iterable[Pseudonym]) -> None:
    """Until the commit nobody asks this person anything, and nobody's answer is being written."""
    for pseudonym in sorted(pseudonyms):
        contacts.lock(conn, pseudonym)
    erasures.hold(conn)


def reapply_to_rejects(transaction: Transaction, keys: Keys) -> int:
    """Delete refused rows of imports that name whoever was erased and came back with a restored database; the rows."""
    deleted, place = 0, leftovers.FIRST
    while True:
        with transaction() as conn:
            responses.enter(conn)
            rows = leftovers.some_rejects(conn, place, SLICE)
            named = _name_erased(conn, [cells for _, cells in rows], keys)
            gone = [where for (where, _), is_named in zip(rows, named, strict=True) if is_named]
            deleted += leftovers.delete_rejects(conn, gone)
        if len(rows) < SLICE:
            return deleted
        place = rows[-1][0]


def keepable(conn: Connection, rejects: Sequence[Reject], keys: Keys) -> list[Reject]:
    """Those refused rows of an import that name, in any cell, nobody who was erased.

    No erasure can commit before the caller's transaction does.
    """
    responses.enter(conn)
    named = _name_erased(conn, [reject.record.cells for reject in rejects], keys)
    return [reject for reject, is_named in zip(rejects, named, strict=True) if not is_named]


def _name_erased(conn: Connection, rows: Sequence[Sequence[str]], keys: Keys) -> list[bool]:
    """Of each row of cells, whether one of them is the name or the address of somebody who was erased."""
    if not rows or not erasures.any_yet(conn):
        return [False] * len(rows)
    digests = [
        {one.digest for cell in cells if (name := cell.strip()) for one in every_name(keys, name)}
        for cells in rows
    ]
    erased = erasures.latest(conn, list(set().union(*digests))).keys()
    return [not known.isdisjoint(erased) for known in digests]


def _forget_slice(
    conn: Connection, digests: Sequence[bytes], until: datetime | None, found: Counter[str], by: str
) -> int:
    forgotten = erasures.forget_person(conn, digests, until)
    found["answers"] += len(forgotten.answer_ids)
    found["comments"] += forgotten.comments
    found["contact_details"] += forgotten.contact_details
    found["follow_ups"] += working.erase(conn, forgotten.answer_ids, by)
    return len(forgotten.answer_ids)
