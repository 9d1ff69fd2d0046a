"""Disk per million answers: what each table takes with its indexes, and what of it PostgreSQL can use again."""

from __future__ import annotations

from typing import Any

from dev.bench.figures import Figure
from dev.bench.system import System
from services import aggregator, alerts, survey
from shared.db import Connection

SHOWN = 10.0  # MB a million answers; what is smaller is added up
SCHEMAS = (survey.SCHEMA, aggregator.SCHEMA, alerts.SCHEMA)


def measure(system: System) -> list[Figure]:
    """After an import that went through all processes. A table's rows, then the same written anew without holes."""
    with system.connect(survey.SCHEMA) as conn:
        answers = _count(conn)
        conn.execute("VACUUM ANALYZE")
        now = _sizes(conn)
        conn.execute("VACUUM FULL")
        packed = _sizes(conn)
    rest = {name: size for name, size in now.items() if size * 1e6 / answers < SHOWN * 1e6}
    shown = sorted(now.keys() - rest.keys(), key=lambda name: -now[name])
    return [
        *(_figure(f"disk: {name}", now[name], packed[name], answers) for name in shown),
        _figure("disk: all other tables", sum(rest.values()), sum(packed[name] for name in rest), answers),
        _figure("disk: everything", sum(now.values()), sum(packed.values()), answers),
    ]


def _count(conn: Connection) -> int:
    row = conn.execute("SELECT count(*) AS n FROM response").fetchone()
    assert row is not None
    return int(row["n"])


def _sizes(conn: Connection) -> dict[str, int]:
    rows: list[dict[str, Any]] = conn.execute(
        """SELECT n.nspname || '.' || c.relname AS name, pg_total_relation_size(c.oid) AS bytes
           FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
           WHERE c.relkind = 'r' AND n.nspname = ANY(%s)""",
        [[schema.name for schema in SCHEMAS]],
    ).fetchall()
    return {row["name"]: row["bytes"] for row in rows}


def _figure(what: str, size: int, packed: int, answers: int) -> Figure:
    a_million, least = (one / answers for one in (size, packed))
    beside = f"{least:,.0f} MB without what PostgreSQL uses again; {answers:,} answers measured"
    return Figure(what, f"{a_million:,.0f} MB a million answers", beside, None, "", None, "")
