"""Every key of a running survey service is changed over, as docs/privacy.md says: what goes on meanwhile, what
ends with the old key, and what is lost with it."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from psycopg import sql

from services.survey import SCHEMA
from shared.access import create_key
from shared.access.keys import revoke_key
from shared.db import connect
from shared.settings import load
from tests.processes import Processes

SECONDS = 20
ROLE = "changes_over"
K1, K2 = (
    "k1:the first pseudonym key which is long enough",
    "k2:the second pseudonym key which is long enough",
)
FIRST, SECOND = "the first secret of 32 characters or more", "the second secret of 32 characters or more"
MAP = {"name": "Keys", "stages": [{"key": "s", "name": "S", "touchpoints": [{"key": "t", "name": "T"}]}]}
SURVEY = {
    "journey": "keys", "stage": "s", "touchpoint": "t", "metric": "csat", "audience": "customer", "status": "live",
    "question": {"en": "How was it?"},
}  # fmt: skip


class House:
    """A running survey-web, its settings as the operator has them, and the admin's key."""

    def __init__(self, processes: Processes, token: str) -> None:
        self.processes, self.token, self.url = processes, token, ""

    def restart(self, **settings: str) -> None:
        if self.url:
            self.processes.stop("survey-web")
        self.processes.environment |= settings
        self.url = self.processes.start_web("survey")

    def call(
        self, method: str, path: str, document: Any = None, token: str | None = None
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return requests.request(method, self.url + path, json=document, headers=headers, timeout=SECONDS)

    def answer(self, who: str, at: str | None = None) -> dict[str, str]:
        body = {"id": str(uuid.uuid4()), "score": 4, "respondent": who, "comment": "kept"}
        taken = self.call("POST", "/v1/surveys/keys/responses", body | ({"answered_at": at} if at else {}))
        assert taken.status_code == 201, taken.text
        found: dict[str, str] = taken.json()
        return found

    def amended(self, receipt: dict[str, str]) -> int:
        change = {"comment": "changed", "edit_token": receipt["edit_token"]}
        return self.call("POST", f"/v1/responses/{receipt['id']}/amend", change).status_code

    def known(self, who: str) -> int:
        """How many answers of a person an export finds."""
        return len(self.call("POST", "/v1/respondents/export", {"respondent": who}).json()["answers"])


@pytest.fixture
def role(database: str) -> Any:
    """A database role of this test's own, whose password is changed."""
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE ROLE {} LOGIN SUPERUSER PASSWORD 'first'").format(sql.Identifier(ROLE)))
        yield conn
        conn.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(ROLE)))


@pytest.fixture
def house(processes: Processes, role: Any) -> House:
    with connect(load(processes.environment), SCHEMA) as conn:
        found = House(processes, create_key(conn, "admin", "the first"))
    found.restart(RESPONDENT_KEY=K1, SECRET_KEY=FIRST, DATABASE_URL=as_role(processes, "first"))
    for path, document in (("/v1/journeys/keys", MAP), ("/v1/surveys/keys", SURVEY)):
        assert found.call("PUT", path, document).ok
    return found


def as_role(processes: Processes, password: str) -> str:
    parts = urlsplit(processes.environment["DATABASE_URL"])
    return f"postgresql://{ROLE}:{password}@{parts.hostname}:{parts.port}{parts.path}"


def test_every_key_is_changed_over(house: House, role: Any) -> None:
    processes = house.processes
    before = house.answer("cust-one")
    house.answer("cust-two")

    # an API key: two at once, then the old one counts no more, at once and without a restart
    with connect(load(processes.environment), SCHEMA) as conn:
        old, house.token = house.token, create_key(conn, "admin", "the second")
        assert house.call("GET", "/v1/journeys", token=old).ok
        assert revoke_key(conn, old.removeprefix("jl_").partition("_")[0])
    assert house.call("GET", "/v1/journeys", token=old).status_code == 401

    # the database's password: open connections go on with the old one until their process is started again
    role.execute(sql.SQL("ALTER ROLE {} PASSWORD 'second'").format(sql.Identifier(ROLE)))
    house.answer("cust-one")

    # all three in one restart
    house.restart(
        RESPONDENT_KEY=f"{K2},{K1}",
        SECRET_KEY=SECOND,
        SECRET_KEY_BEFORE=FIRST,
        DATABASE_URL=as_role(processes, "second"),
    )
    assert house.amended(before) == 200
    between = house.answer("cust-one")
    assert (house.known("cust-one"), house.known("cust-two")) == (3, 1), "under both keys"
    erased = house.call("POST", "/v1/respondents/erase", {"respondent": "cust-one"}).json()
    assert (erased["answers"], erased["comments"]) == (3, 3)
    kept = {
        row[0]: row[1]
        for row in role.execute("SELECT respondent_key, count(*) FROM survey.response GROUP BY 1")
    }
    assert kept == {None: 3, "k1": 1}, "what has to be nothing before k1 may go"

    # the old ones go: what was signed with it is void, and who answered under it is nobody that can be found
    after = house.answer("cust-three")
    house.restart(RESPONDENT_KEY=K2, SECRET_KEY_BEFORE="")
    assert house.amended(after) == 200
    assert house.amended(before) in (403, 404)
    assert (
        house.call("POST", "/v1/surveys/keys/responses", {"id": between["id"], "score": 1}).status_code == 200
    )
    assert (house.known("cust-two"), house.known("cust-three")) == (0, 1)
    house.restart(RESPONDENT_KEY=f"{K2},{K1}")
    assert house.known("cust-two") == 1, "put back, the old key finds them again"


def test_the_old_password_starts_nothing(house: House, role: Any) -> None:
    role.execute(sql.SQL("ALTER ROLE {} PASSWORD 'second'").format(sql.Identifier(ROLE)))
    with pytest.raises(RuntimeError, match="password authentication failed"):
        house.restart()
