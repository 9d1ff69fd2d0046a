"""What the people of the company do with a customer's mark: imports, cases, looks, voids, signing in."""

from __future__ import annotations

import requests

from dev import ports
from tests.e2e.collector import Item
from tests.e2e.privacy.marks import Mark
from tests.e2e.privacy.planting import SECONDS, Planter

COLUMNS: Item = {
    "columns": {
        "score": "score",
        "comment": "said",
        "respondent": "who",
        "answered_at": "at",
        "attributes": {"mail": "mail"},
    },
}


def import_a_file(planter: Planter) -> None:
    """Rows that are taken and rows that are refused, one of them only by the address; and a file that is none."""
    mark, mapping = planter.mark, {"survey": planter.survey} | COLUMNS
    rows = [
        f"2,{mark.text('imported')},{planter.name},2026-01-02T10:00:00Z,{mark.email('cell')}",
        f"{mark.text('bad')},{mark.text('refused')},{planter.name},2026-01-02T10:00:00Z,{mark.email('cell')}",
        f"3,{mark.text('late')},{planter.name},{mark.text('when')},{planter.email.upper()}",
    ]
    where = planter.api.upload("\n".join(["score,said,who,at,mail", *rows]) + "\n", mapping)
    ports.wait_until(lambda: planter.api.get("survey", where)["state"] == "done", "the import's end")
    done = planter.api.get("survey", where)
    assert (done["accepted"], done["rejected"]) == (1, 2), done
    rejects = planter.api.call("GET", "survey", f"{where}/rejects.csv")
    assert mark.found_in(rejects.content)
    for text, wrong in (
        (mark.text("no header"), mapping),
        ("score\n1\n", {"columns": {"score": mark.text("column")}, "survey": mark.text("survey")}),
    ):
        files = {"file": (f"{mark.text('file')}.csv", text.encode()), "mapping": (None, str(wrong))}
        assert planter.api.call("POST", "survey", "/v1/imports", files=files).status_code in (400, 422)


def work_the_cases(planter: Planter) -> None:
    """Cases get notes; all but one are solved, which asks the customer how it went."""
    cases = planter.api.get("survey", "/v1/follow-ups", journey=planter.journey, limit=10)["items"]
    assert len(cases) >= 2
    for number, case in enumerate(cases):
        path = f"/v1/follow-ups/{case['id']}"
        planter.api.call("POST", "survey", f"{path}/take", json={})
        note = {"note": planter.mark.text("note")}
        for wanted in (note, {"state": planter.mark.text("state")}, {"cause": planter.mark.text("cause")}):
            planter.api.call("PATCH", "survey", path, json=wanted)
        if number:
            done = note | {"state": "resolved", "outcome": "solved"}
            assert planter.api.call("PATCH", "survey", path, json=done).ok


def look(planter: Planter) -> None:
    """What admins ask about a person, well and badly, through the calls and through the pages."""
    why = {"respondent": planter.name, "why": planter.mark.text("why")}
    for path in ("journey", "export"):
        for body in (why, {"respondent": planter.name}, {"respondent": [planter.name]}, [planter.name]):
            planter.api.call("POST", "survey", f"/v1/respondents/{path}", json=body)
    one = {"respondent": planter.name, "q": "comment"}
    counted = planter.api.call("POST", "survey", "/v1/responses/void?dry_run=true", json=one).json()
    wrong = {**one, "expect": 999, "q": planter.mark.text("")}
    planter.api.call("POST", "survey", "/v1/responses/void", json=wrong)
    assert counted["answers"] > 0
    words = {"respondent": planter.name, "q": planter.mark.text("imported")}
    assert planter.api.call("POST", "survey", "/v1/responses/void", json=words | {"expect": 1}).ok
    for path in ("/comments", "/v1/responses", "/privacy", "/people"):
        planter.api.call(
            "GET", "survey", path, params={"q": planter.mark.text("comment"), "name": planter.name}
        )


def ask_for_a_link(planter: Planter, email: str) -> None:
    """Somebody types an address at /sign-in."""
    at = planter.stack.url("survey")
    wanted = f"{planter.stack.url('alerts')}/incidents?q={planter.mark.text('next')}"
    for origin in (at, f"https://{planter.mark.text('origin')}.example"):
        requests.post(
            f"{at}/sign-in",
            {"email": email, "next": wanted},
            headers={"Origin": origin, "X-Forwarded-For": planter.mark.address()},
            timeout=SECONDS,
        )


def keep_an_owner(planter: Planter, colleague: Mark) -> None:
    """An owner with an address, and with a webhook that nobody answers; both are tried."""
    hook = {
        "kind": "webhook",
        "url": f"http://127.0.0.1:9/{colleague.text('hook')}",
        "secret": "whsec_" + "c2VjcmV0" * 4,
    }
    owner = {
        "name": colleague.text("owner"),
        "email": colleague.email("owner"),
        "channels": [{"kind": "email", "url": f"mailto:{colleague.email('owner')}"}, hook],
    }
    planter.api.put("alerts", "/v1/owners/planted-owner", owner)
    planter.api.call("POST", "alerts", "/v1/owners/planted-owner/test")
    bad = owner | {"email": colleague.text("no address"), "channels": [colleague.text("channel")]}
    assert planter.api.call("PUT", "alerts", "/v1/owners/planted-owner", json=bad).status_code == 422


def erase(planter: Planter) -> Item:
    """Erase the person by name and by the address that they left; the receipt by name."""
    for body in (
        {"respondent": planter.name, "x": planter.name},
        {"respondent": [planter.name]},
        {"respondent": " "},
    ):
        assert planter.api.call("POST", "survey", "/v1/respondents/erase", json=body).status_code == 422
    receipts = [
        planter.api.call("POST", "survey", "/v1/respondents/erase", json={"respondent": name})
        for name in (planter.name, planter.email)
    ]
    assert all(receipt.ok for receipt in receipts), receipts[0].text
    found: Item = receipts[0].json()
    return found
