"""A browser at the survey service, with its cookies; and Eve, whose account an admin makes."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient

from shared.settings import Settings
from tests.integration.survey.conftest import Service

EVE = "eve@example.com"
NEW = {"email": EVE, "name": "Eve", "role": "viewer"}


class Browser:
    """A browser with a cookie jar; `sign_in` pastes a key."""

    def __init__(self, service: Service, settings: Settings) -> None:
        self.service, self.settings = service, settings
        self.client: FlaskClient = service.app.test_client()

    def sign_in(self, role: str) -> Any:
        return self.client.post("/sign-in", data={"key": self.service.keys[role]})

    def token(self, page: str = "/sign-in") -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.client.get(page).text)
        assert found, "the page has no form with a token"
        return found[1]

    def add_eve(self, headers: dict[str, str] | None = None, **fields: str) -> int:
        return self.client.post("/users", data=NEW | fields, headers=headers).status_code

    def has_eve(self) -> bool:
        rows = self.service.conn.execute("SELECT 1 FROM access.account WHERE email = %s", [EVE])
        return rows.rowcount == 1

    def is_signed_in(self) -> bool:
        return self.client.get("/v1/journeys").status_code == 200
