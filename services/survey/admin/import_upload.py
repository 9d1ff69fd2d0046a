"""An uploaded file before its import: stored as a draft, read again for the form and the dry run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any, cast
from uuid import UUID

from services.survey.imports.opening import Opened, open_file
from services.survey.imports.reading import Layout, Record, layout, records, skip_lines
from services.survey.imports.text import blocks
from services.survey.store import import_drafts, imports
from shared.web.app import database
from shared.web.problems import not_found

FIRST_ROWS = 1_000


class _Stored:
    """A stored file as `open_file` reads one: a piece at a time, as UTF-8."""

    def __init__(self, chunks: Iterator[tuple[int, str]]) -> None:
        self._chunks = chunks

    def read(self, size: int = -1) -> bytes:
        _, text = next(self._chunks, (0, ""))
        return text.encode()


def store(stream: IO[bytes], encoding: str | None, file_name: str, by: str) -> UUID:
    """Keep the file for its mapping to be chosen. Raises FileProblem, and ValueError for an unknown encoding."""
    text = blocks(stream, encoding)
    start = next(text)
    with database() as conn:
        id = import_drafts.create(conn, by, file_name, layout(start, ()))
        imports.add_chunks(conn, id, _all(start, text))
    return id


def find(id: UUID) -> dict[str, Any]:
    """The draft. Raises Problem 404."""
    with database() as conn:
        found = import_drafts.find(conn, id)
    if found is None:
        raise not_found("import", str(id))
    return found


def first_rows(draft: dict[str, Any]) -> list[Record]:
    """The first rows of a draft's file, as far as they are in its first two pieces."""
    with database() as conn:
        text = [text for _, text in islice(imports.blocks(conn, draft["id"], 0), 2)]
    rows = records(skip_lines(text, draft["header_lines"]), draft["delimiter"], (0, draft["header_lines"]))
    return list(islice(rows, FIRST_ROWS))


@contextmanager
def opened(id: UUID, mapping: dict[str, Any]) -> Iterator[Opened]:
    """The draft's file under a mapping. Raises FileProblem or MappingProblem."""
    with database() as conn:
        yield open_file(cast("IO[bytes]", _Stored(imports.blocks(conn, id, 0))), mapping)


def start(id: UUID, mapping: dict[str, Any], found: Layout) -> bool:
    """Let the worker have it; False where it is no draft any more."""
    with database() as conn:
        return import_drafts.start(conn, id, mapping, found)


def _all(start: str, rest: Iterator[str]) -> Iterator[str]:
    yield start
    yield from rest
