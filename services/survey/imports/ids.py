"""The identity of an imported row: the same row gives the same id in every file, so that nothing counts twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from uuid import UUID

import orjson

# Fixed for ever: another namespace would make every row of an earlier import new.
NAMESPACE = UUID("5b0f4cde-92c1-5f5a-9f0e-6d1c2b7a8e43")


def mapped_id(survey: str, cell: str) -> UUID:
    """The id behind a mapped cell: the UUID it is (dashes or not), else a UUIDv5 of survey and cell."""
    if len(cell) in (32, 36):
        try:
            return UUID(cell)
        except ValueError:
            pass
    return _uuid5(NAMESPACE.bytes, b"id" + orjson.dumps([survey, cell]))


def content_of(header: Sequence[str]) -> Callable[[str, Sequence[str]], UUID]:
    """A function (survey, cells) → UUIDv5 of the survey and the whole row under `header`.

    Every column counts, also unmapped ones, each with its name, in alphabetical order: a mapping that changes, or
    an export that moves its columns, still gives the same row the same content.
    """
    order = sorted(range(len(header)), key=lambda column: (header[column], column))
    names = [header[column] for column in order]
    start = hashlib.sha1(NAMESPACE.bytes + b"row" + orjson.dumps(names), usedforsecurity=False)

    def content(survey: str, cells: Sequence[str]) -> UUID:
        digest = start.copy()
        digest.update(orjson.dumps([survey, *[cells[column] for column in order]]))
        return UUID(bytes=digest.digest()[:16], version=5)

    return content


def occurrence_id(content: UUID, occurrence: int) -> UUID:
    """The id of the row with this content that is its `occurrence`-th in the file, counted from 1."""
    return _uuid5(content.bytes, b"%d" % occurrence)


def _uuid5(namespace: bytes, name: bytes) -> UUID:
    return UUID(bytes=hashlib.sha1(namespace + name, usedforsecurity=False).digest()[:16], version=5)
