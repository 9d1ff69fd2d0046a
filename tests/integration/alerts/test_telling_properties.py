"""Whatever people do: an opening is told once unless silenced to the end, and it escalates once at most."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dev.mail_sink import MailSink
from services.alerts.store import owners
from shared.db import Connection
from shared.events import isoformat
from tests.integration.alerts.conftest import Call, Notifier, Open

HOURS = st.integers(1, 30)
STEPS = st.lists(
    st.tuples(st.just("wait"), HOURS)
    | st.tuples(st.just("silence"), st.integers(0, 40))
    | st.tuples(st.sampled_from(["unsilence", "acknowledge", "resolve"]), st.just(0)),
    max_size=8,
)
_numbers = count(1)


@dataclass
class Life:
    """One incident from its opening on, beside what must be true of it."""

    call: Call
    telling: Notifier
    mails: MailSink
    incident: str
    state: str = "open"
    silent_until: datetime | None = None
    exposed: bool = False
    quiet_from: Counter[str] | None = None
    path: str = field(init=False)

    def __post_init__(self) -> None:
        self.path = f"/v1/incidents/{self.incident}"

    def told(self) -> Counter[str]:
        """How many mails of each kind, by their subjects."""
        found: Counter[str] = Counter()
        for mail in self.mails.messages():
            body = mail.get_body(("plain",))
            assert body is not None
            if self.incident in str(body.get_content()):
                words = {"down": "opened", "Escalated": "escalated", "still": "repeated"}
                found[next((words[word] for word in words if word in mail["Subject"]), "resolved")] += 1
        return found

    def do(self, step: str, hours: int) -> None:
        getattr(self, step)(hours)

    def wait(self, hours: int) -> None:
        self.telling.work(hours=hours)
        self.telling.work(minutes=3)  # what was planned for the end of a merge window
        silent = self.silent_until is not None and self.telling.now < self.silent_until
        self.exposed = self.exposed or (not silent and self.state != "resolved")
        self.check()

    def silence(self, hours: int) -> None:
        self.silent_until = self.telling.now + timedelta(hours=hours + 0.5)
        period = {"from": isoformat(self.telling.now), "to": isoformat(self.silent_until)}
        assert self.call("PUT", "/v1/silences/it", json=period | {"why": "x"}).status_code in (200, 201)

    def unsilence(self, _: int = 0) -> None:
        self.call("DELETE", "/v1/silences/it")
        self.silent_until = None

    def acknowledge(self, _: int = 0) -> None:
        if self.state == "open":
            self._act("acknowledge", "acknowledged")

    def resolve(self, _: int = 0) -> None:
        if self.state != "resolved":
            self._act("resolve", "resolved", json={"outcome": "fixed"})

    def _act(self, what: str, state: str, **body: Any) -> None:
        assert self.call("POST", f"{self.path}/{what}", **body).status_code == 200
        self.state = state
        self.quiet_from = self.quiet_from or self.told()

    def check(self) -> None:
        told = self.told()
        assert told["opened"] <= 1
        assert told["escalated"] <= 1
        assert told["resolved"] <= (
            1 + told["escalated"] if self.state == "resolved" and told["opened"] else 0
        )
        if self.exposed:
            assert told["opened"] == 1
        if told["opened"] == 0:
            assert not told, "nothing is told of an incident whose opening was not"
        if self.quiet_from is not None:
            for kind in ("escalated", "repeated"):
                assert told[kind] == self.quiet_from[kind], f"{kind} after somebody acted"


@pytest.mark.usefixtures("shop")
@settings(
    max_examples=15,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_every_opening_is_told_once_and_escalates_at_most_once(
    conn: Connection,
    call: Call,
    telling: Notifier,
    mail_sink: MailSink,
    open_incident: Open,
    steps: list[tuple[str, int]],
) -> None:
    ben = {"name": "Ben", "email": "ben@example.com", "repeat_hours": 12}
    owners.put(conn, "ben", ben | {"escalate_to": "ana", "escalate_after_hours": 4})
    owners.put(conn, "ana", {"name": "Ana", "email": "ana@example.com"})
    incident = open_incident(sequence=next(_numbers))
    conn.execute(
        "UPDATE announcement SET created_at = %(now)s, due_at = %(now)s, try_at = %(now)s WHERE incident_id = %(it)s",
        {"now": telling.now, "it": incident},
    )
    life = Life(call, telling, mail_sink, incident)
    for step, hours in steps:
        life.do(step, hours)
    life.unsilence()
    life.wait(1)
    assert life.told()["opened"] == 1 or life.state == "resolved"
    life.resolve()
    life.wait(60)
    assert life.told()["resolved"] >= life.told()["opened"], "who was told of its opening is told of its end"
