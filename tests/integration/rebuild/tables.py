"""Everything a schema holds, to be compared row by row."""

from __future__ import annotations

from typing import Any

from psycopg import sql

from shared.db import Connection

Held = dict[str, list[tuple[Any, ...]]]

# A rebuilt detector has a new id; its day sums are named by its place.
_DETECTORS = (
    "SELECT journey, stage, metric, audience, last_sequence, last_decision, state::text FROM detector"
)
_DAY_SUMS = """SELECT journey, stage, metric, audience, day, survey, survey_revision, n, halves, squares
               FROM day_sum JOIN detector ON detector.id = detector"""
_WITHOUT_IDS = {"detector": _DETECTORS, "day_sum": _DAY_SUMS}
NOT_COMPARED = ("process_status", "stop_rule")


def held(conn: Connection) -> Held:
    """The rows of every table of the connection's schema, in an order of their own."""
    rows = conn.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename !~ '^_?yoyo'"
    ).fetchall()
    names = sorted(row["tablename"] for row in rows if row["tablename"] not in NOT_COMPARED)
    return {name: _rows(conn, name) for name in names}


def _rows(conn: Connection, name: str) -> list[tuple[Any, ...]]:
    whole = sql.SQL("SELECT t::text AS row FROM {} AS t").format(sql.Identifier(name))
    query = sql.SQL(_WITHOUT_IDS[name]) if name in _WITHOUT_IDS else whole
    return sorted(tuple(map(str, row.values())) for row in conn.execute(query))
