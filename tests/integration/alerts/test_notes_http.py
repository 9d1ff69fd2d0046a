"""What people write with an incident is words."""

from __future__ import annotations

import pytest

from tests.integration.alerts.conftest import Call, Open

pytestmark = pytest.mark.usefixtures("shop")


@pytest.mark.parametrize("note", ["", "   ", "\n\t"])
def test_a_note_holds_more_than_blanks(call: Call, open_incident: Open, note: str) -> None:
    path = f"/v1/incidents/{open_incident()}"
    for action, more in (("note", {}), ("resolve", {"outcome": "fixed"})):
        refused = call("POST", f"{path}/{action}", json={"note": note} | more)
        assert (refused.status_code, list(refused.json["errors"])) == (422, ["note"])
    assert [event["kind"] for event in call("GET", path).json["timeline"]] == ["opened"]
    assert call("POST", f"{path}/note", json={"note": " \nNew courier"}).status_code == 200
