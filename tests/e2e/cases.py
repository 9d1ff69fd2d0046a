"""A desk that follows up on unhappy customers, for the end-to-end tests: its journey, its people, its customers."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field

from dev.temporary_stack import Stack
from shared.access import create_key
from tests.e2e.collector import Api, Item

KEY, CALLS = "cases", "cases-calls"
TEAM = ("cases-ben", "cases-ana")
CHIEF, LATE = "cases-chief", "cases-late"


@dataclass
class Desk:
    """The journey `cases`: two owners share what `cases-calls` brings; `cases-chief` owns the stage."""

    stack: Stack
    api: Api
    sent: list[str] = field(default_factory=list)

    def open(self) -> None:
        for owner in (*TEAM, CHIEF, LATE):
            self.api.put("alerts", f"/v1/owners/{owner}", {"name": owner, "email": f"{owner}@desk.example"})
        points = [{"key": key, "name": key.capitalize()} for key in ("call", "mail", "after")]
        stages = [{"key": "care", "name": "Care", "owner": CHIEF, "touchpoints": points}]
        self.api.put("survey", f"/v1/journeys/{KEY}", {"name": "Cases", "stages": stages})
        ask = {
            "ask_contact": {"en": "Yes, get in touch."},
            "score_at_most": 2,
            "recovery_survey": "cases-after",
        }
        self._survey("cases-after", "after")
        self._survey(CALLS, "call", follow_ups=ask | {"assign_to": list(TEAM)})
        self._survey("cases-mails", "mail", follow_ups=ask)

    def unhappy(self, survey: str = CALLS) -> str:
        """A customer who wants to be contacted; their address. Sent until it is acknowledged."""
        email = f"{uuid.uuid4().hex}@customers.example"
        body = {"id": str(uuid.uuid4()), "score": 1, "contact": {"email": email, "consent": True}}
        answer = self.api.call("POST", "survey", f"/v1/surveys/{survey}/responses", json=body)
        assert answer.status_code in (200, 201), answer.text
        self.sent.append(email)
        return email

    def cases(self, **query: str) -> list[Item]:
        found: list[Item] = self.api.get("survey", "/v1/follow-ups", journey=KEY, limit=500, **query)["items"]
        return found

    def case_of(self, email: str) -> str:
        with self.stack.connect() as conn:
            row = conn.execute(
                "SELECT f.id FROM survey.follow_up AS f JOIN survey.contact_details USING (answer_id) WHERE email = %s",
                [email],
            ).fetchone()
        assert row is not None, "an acknowledged answer has its case"
        return str(row["id"])

    def change(self, case: str, **wanted: str) -> None:
        answer = self.api.call("PATCH", "survey", f"/v1/follow-ups/{case}", json=wanted)
        assert answer.status_code == 200, answer.text

    def _survey(self, key: str, touchpoint: str, **more: Item) -> None:
        document: Item = {"journey": KEY, "stage": "care", "touchpoint": touchpoint, "metric": "csat"}
        document |= {"audience": "customer", "status": "live", "question": {"en": "How was it?"}} | more
        self.api.put("survey", f"/v1/surveys/{key}", document)


class Grabber(threading.Thread):
    """A person who takes whatever case there is, as fast as another one; `got` are those that became theirs."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.desk, self.over = desk, threading.Event()
        self.api = desk.api.again()
        with desk.stack.connect() as conn:
            self.api.session.headers["Authorization"] = f"Bearer {create_key(conn, 'lead', name)}"
        self.tried: set[str] = set()
        self.got: set[str] = set()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.over.wait(0.1):
                self._take_all()
            self._take_all()
        except Exception as error:  # noqa: BLE001 - told to the test, which is another thread
            self.error = error

    def finish(self) -> set[str]:
        self.over.set()
        self.join()
        if self.error is not None:
            raise self.error
        return self.got

    def _take_all(self) -> None:
        listed = self.api.get("survey", "/v1/follow-ups", journey=KEY, limit=500)["items"]
        for case in listed:
            if case["id"] in self.tried or case["survey"] != CALLS:
                continue
            answer = self.api.call("POST", "survey", f"/v1/follow-ups/{case['id']}/take", json={})
            assert answer.status_code in (200, 409), answer.text
            self.tried.add(case["id"])
            if answer.status_code == 200:
                self.got.add(case["id"])
