"""The stop rule as a receiver keeps it (SQL of `stop_rule`): what stopped stays stopped when it is started again."""

from __future__ import annotations

from collections.abc import Mapping

from shared.db import Connection
from shared.events import RESPONSES
from shared.stop_rule import StopRule, Verdicts


def judge(conn: Connection, topics: Mapping[str, Verdicts]) -> None:
    """Tell the stop rule of each topic what a batch held, in the batch's transaction, as its last statement.

    Raises TooManyDeadLetters. The rows are locked only while a bad event is in their window.
    """
    rows = conn.execute("SELECT * FROM stop_rule WHERE topic = ANY(%s)", [sorted(topics)]).fetchall()
    rules = {row.pop("topic"): StopRule(**row) for row in rows}
    for topic, verdicts in sorted(topics.items()):
        if verdicts.all_good and topic in rules and rules[topic].idle:
            continue
        rule = _locked(conn, topic)
        rule.take(verdicts)
        conn.execute(
            """UPDATE stop_rule SET seen = %(seen)s, in_a_row = %(in_a_row)s, bad = %(bad)s, let_pass = %(let_pass)s
               WHERE topic = %(topic)s""",
            vars(rule) | {"topic": topic},
        )


def let_pass(conn: Connection, count: int) -> None:
    """Let the next `count` bad answers through to the dead letters without counting them: a person looked."""
    _locked(conn, RESPONSES)
    conn.execute(
        "UPDATE stop_rule SET let_pass = %s, in_a_row = 0, bad = '{}' WHERE topic = %s", [count, RESPONSES]
    )


def _locked(conn: Connection, topic: str) -> StopRule:
    conn.execute("INSERT INTO stop_rule (topic) VALUES (%s) ON CONFLICT DO NOTHING", [topic])
    row = conn.execute(
        "SELECT seen, in_a_row, bad, let_pass FROM stop_rule WHERE topic = %s FOR UPDATE", [topic]
    ).fetchone()
    assert row is not None
    return StopRule(**row)
