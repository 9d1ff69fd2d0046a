"""SQL of `survey`: configured questions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg.types.json import Json

from services.survey.definition import Definition
from services.survey.places import is_moment_of_truth
from shared.db import Connection

Row = dict[str, Any]

PLACE = ("journey", "stage", "touchpoint", "metric", "audience")
_ROW = f"survey, {', '.join(PLACE)}, status, revision, document"

_DEFINITION = """
    SELECT s.survey, s.journey, s.stage, s.touchpoint, s.metric, s.audience, s.status, s.revision, s.document,
           s.secret_generation, s.secret_rotated_at,
           j.revision AS journey_revision, j.document AS journey_document,
           ARRAY(SELECT ARRAY[v.key, v.value] FROM segment_value AS v WHERE v.journey = s.journey) AS kept
    FROM survey AS s JOIN journey AS j USING (journey) WHERE s.survey = ANY(%s)"""


def definitions(conn: Connection, surveys: Iterable[str], *, lock: bool = True) -> dict[str, Definition]:
    """What answers need to know of each survey that exists, by key.

    lock: share-lock them until the commit, so that none moves under an answer that is being written.
    """
    keys = sorted(set(surveys))
    if lock:
        # A statement of its own, so that the next one sees what was committed while this one waited.
        conn.execute("SELECT FROM survey WHERE survey = ANY(%s) ORDER BY survey FOR SHARE", [keys])
    return {row["survey"]: _definition(row) for row in conn.execute(_DEFINITION, [keys])}


def lock(conn: Connection, survey: str) -> Row | None:
    """The survey as stored, None where there is none; nobody else configures it until the commit."""
    conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"survey:{survey}"])
    conn.execute("SELECT FROM survey WHERE survey = %s FOR UPDATE", [survey])
    return find(conn, survey)


def find(conn: Connection, survey: str) -> Row | None:
    """The survey as stored, archived or not: survey, its place, status, revision, document."""
    return conn.execute(f"SELECT {_ROW} FROM survey WHERE survey = %s", [survey]).fetchone()


def of_journey(conn: Connection, journey: str) -> list[Row]:
    """The journey's surveys that are not archived, in order of their keys."""
    return conn.execute(
        f"SELECT {_ROW} FROM survey WHERE journey = %s AND status <> 'archived' ORDER BY survey", [journey]
    ).fetchall()


def page(conn: Connection, *, journey: str | None, archived: bool, after: str, limit: int) -> list[Row]:
    """Surveys with keys above `after`, in order of their keys."""
    return conn.execute(
        f"""SELECT {_ROW} FROM survey
            WHERE survey > %s AND (%s::text IS NULL OR journey = %s) AND (%s OR status <> 'archived')
            ORDER BY survey LIMIT %s""",
        [after, journey, journey, archived, limit],
    ).fetchall()


def listed(
    conn: Connection,
    *,
    journey: str | None,
    status: str | None,
    stages: list[str] | None,
    after: str,
    limit: int,
) -> list[Row]:
    """Surveys with keys above `after`, in order of their keys. status: None is every one but archived. stages:
    `journey/stage` of those wanted, None is all."""
    return conn.execute(
        f"""SELECT {_ROW} FROM survey
            WHERE survey > %(after)s AND (%(journey)s::text IS NULL OR journey = %(journey)s)
              AND (CASE WHEN %(status)s::text IS NULL THEN status <> 'archived' ELSE status = %(status)s END)
              AND (%(stages)s::text[] IS NULL OR journey || '/' || stage = ANY(%(stages)s))
            ORDER BY survey LIMIT %(limit)s""",
        {"after": after, "journey": journey, "status": status, "stages": stages, "limit": limit},
    ).fetchall()


def keys_at(conn: Connection, place: dict[str, str | None]) -> list[str]:
    """Keys of the surveys, archived ones too, that match every part of `place` (survey, PLACE) that is not None."""
    wanted = {name: value for name, value in place.items() if value is not None}
    where = " AND ".join(f"{name} = %s" for name in wanted) or "true"
    rows = conn.execute(f"SELECT survey FROM survey WHERE {where} ORDER BY survey", list(wanted.values()))
    return [row["survey"] for row in rows]


def save(conn: Connection, survey: str, document: dict[str, Any], revision: int) -> None:
    """Write a new or changed document under the survey's lock."""
    values = [survey, *(document[name] for name in PLACE), document["status"], revision, Json(document)]
    conn.execute(
        f"""INSERT INTO survey ({_ROW}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (survey) DO UPDATE
            SET {", ".join(f"{name} = EXCLUDED.{name}" for name in (*PLACE, "status", "revision", "document"))}""",
        values,
    )


def rotate_secret(conn: Connection, survey: str) -> None:
    """Give the survey its next secret, under its lock."""
    conn.execute(
        """UPDATE survey SET secret_generation = secret_generation + 1, secret_rotated_at = now()
           WHERE survey = %s""",
        [survey],
    )


def _definition(row: Row) -> Definition:
    journey = row.pop("journey_document")
    kept: dict[str, set[str]] = {key: set() for key in journey.get("segments") or []}
    for key, value in row.pop("kept"):
        if key in kept:
            kept[key].add(value)
    reasons = frozenset(reason["key"] for reason in row["document"].get("reasons") or [])
    return Definition(
        reasons=reasons,
        kept={key: frozenset(values) for key, values in kept.items()},
        moment_of_truth=is_moment_of_truth(journey, row["stage"], row["touchpoint"]),
        **row,
    )
