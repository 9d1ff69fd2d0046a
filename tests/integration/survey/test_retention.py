"""Comments are kept as long as COMMENT_DAYS says, and of an answer nothing but its comment goes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services import survey
from services.survey import worker
from services.survey.accept import NewAnswer, accept_many
from services.survey.answers import read
from services.survey.store import impressions, retention
from services.survey.store.surveys import definitions
from shared.db import Connection, connect
from shared.settings import Settings
from tests.integration.survey.maps import add_map

NOW = datetime.now(UTC)


def stored(conn: Connection) -> dict[UUID, dict[str, object]]:
    return {row["id"]: row for row in conn.execute("SELECT * FROM response")}


def test_old_comments_go_and_nothing_else(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "SLICE", 2)
    with connect(settings, survey.SCHEMA) as conn:
        add_map(conn)
        known = definitions(conn, ["delivery-nps", "invoice-csat"])
        answers = []
        for name in known:
            for days in (1, 29, 31, 400):
                item = {
                    "id": str(uuid4()),
                    "score": 3,
                    "comment": f"{days} days",
                    "reasons": ["late"],
                    "respondent": "c",
                }
                item["answered_at"] = (NOW - timedelta(days=days)).isoformat()
                answer = read(item, known[name], NOW, None)
                answers.append(NewAnswer(known[name], answer, imported=True))
        accept_many(conn, answers, NOW, settings.respondent_keys)
        before = stored(conn)
        assert retention.forget_comments(conn, 0, NOW) == 0
        assert [retention.forget_comments(conn, 30, NOW) for _ in range(3)] == [2, 2, 0]
        old = {"31 days", "400 days"}
        assert stored(conn) == {
            id: row | {"comment": None if row["comment"] in old else row["comment"]}
            for id, row in before.items()
        }
        events = conn.execute("SELECT count(*) AS n FROM outbox").fetchone()
        assert events == {"n": len(answers)}, "the scores hear nothing of it"


def test_refused_origins_go_after_their_days(settings: Settings) -> None:
    today = NOW.date()
    with connect(settings, survey.SCHEMA) as conn:
        for days in (0, 90, 91, 400):
            key = ("delivery-nps", today - timedelta(days=days), "https://elsewhere.example")
            impressions.add(conn, Counter(), {key: (3, NOW - timedelta(days=days))})
        assert impressions.forget_refused(conn, today - worker.REFUSED_FOR) == 2
        kept = conn.execute("SELECT day FROM blocked_origin ORDER BY day DESC").fetchall()
        assert [row["day"] for row in kept] == [today, today - timedelta(days=90)]
