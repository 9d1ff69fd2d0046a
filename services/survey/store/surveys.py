"""SQL of `survey`: configured questions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg.types.json import Json

from services.survey.definition import Definition
from shared.db import Connection

_DEFINITION = """
    SELECT s.survey, s.journey, s.stage, s.touchpoint, s.metric, s.audience, s.status, s.revision, s.document,
           j.revision AS journey_revision, j.document AS journey_document,
           ARRAY(SELECT ARRAY[v.key, v.value] FROM segment_value AS v WHERE v.journey = s.journey) AS kept
    FROM survey AS s JOIN journey AS j USING (journey) WHERE s.survey = ANY(%s)"""


def definitions(conn: Connection, surveys: Iterable[str], *, lock: bool = True) -> dict[str, Definition]:
    """What answers need to know of each survey that exists, by key.

    lock: share-lock them until the commit, so that none changes its place or metric under an answer being written.
    """
    query = _DEFINITION + (" FOR SHARE OF s" if lock else "")
    return {row["survey"]: _definition(row) for row in conn.execute(query, [sorted(set(surveys))])}


def _definition(row: dict[str, Any]) -> Definition:
    kept: dict[str, set[str]] = {key: set() for key in row.pop("journey_document").get("segments") or []}
    for key, value in row.pop("kept"):
        if key in kept:
            kept[key].add(value)
    reasons = frozenset(reason["key"] for reason in row["document"].get("reasons") or [])
    return Definition(reasons=reasons, kept={key: frozenset(values) for key, values in kept.items()}, **row)
