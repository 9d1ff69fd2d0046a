"""Pages of privacy: a person found, handed out and erased without a name in any address; spam taken out."""

from __future__ import annotations

import orjson

from tests.integration.survey.admin.browsing import get, post
from tests.integration.survey.conftest import Service


def test_found_downloaded_erased(shop: Service) -> None:
    for comment in ("call me <b>now</b>", None):
        shop.answer(respondent="cust-one", comment=comment, attributes={"mail": "c@x.example"})
    start = get(shop, "/privacy")
    assert "Nobody yet" in start.text
    page = post(shop, "/privacy", 200, **start.form() | {"respondent": " cust-one "})
    assert "What is kept of “cust-one”" in page.text
    assert "call me <b>now</b>" in page.text
    assert "mail: c@x.example" in page.text
    assert "2: somebody said to be this person" in page.text

    file = shop.call("POST", "/privacy/export", data=page.form("/export"))
    assert (file.mimetype, file.headers["Cache-Control"]) == ("application/json", "no-store")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "cust" not in file.headers["Content-Disposition"]
    assert len(orjson.loads(file.data)["answers"]) == 2

    unsure = post(shop, "/privacy/erase", 422, **page.form("/erase"))
    assert "Tick this first" in unsure.text
    assert unsure.focused["class"] == "error-summary"
    assert shop.rows("SELECT * FROM erasure") == []

    done = post(shop, "/privacy/erase", **page.form("/erase") | {"sure": "true"})
    receipt = get(shop, done.location)
    assert "2 made nobody’s" in receipt.text
    assert "1 deleted" in receipt.text
    assert "cust-one" not in receipt.text + done.location
    again = post(shop, "/privacy", 200, respondent="cust-one")
    assert "This person was erased on" in again.text
    assert "Nothing is kept under this name" in again.text
    assert done.location in get(shop, "/privacy").links


def test_nobody_typed(shop: Service) -> None:
    for path in ("/privacy", "/privacy/export", "/privacy/erase"):
        page = post(shop, path, 422, respondent=" ", sure="true")
        assert "Say who" in page.text
    assert "longer than" in post(shop, "/privacy", 422, respondent="x" * 201).text.lower()
    assert get(shop, "/privacy/erasures/3b241101-e2bb-4255-8caf-4136c566a962", 404).text
    assert shop.call("GET", "/privacy", "lead").status_code == 403


def test_spam_is_looked_at_and_taken_out(shop: Service) -> None:
    for score in (0, 0, 9):
        shop.answer(score=score, comment="buy pills" if score == 0 else "fine")
    empty = get(shop, "/privacy/void")
    nothing = post(shop, "/privacy/void/look", 422, **empty.form("/look"))
    assert "Say which answers" in nothing.text
    assert "_schema" not in nothing.text
    wrong = post(shop, "/privacy/void/look", 422, **empty.form("/look") | {"score": "low", "q": "pills"})
    assert wrong.form("/look")["q"] == "pills"
    assert "#f-score" in wrong.links
    page = post(shop, "/privacy/void/look", 200, **empty.form("/look") | {"q": "pills"})
    assert "2 answers" in page.text
    assert "buy pills" in page.text
    assert shop.rows("SELECT * FROM void") == []

    shop.answer(score=1, comment="more pills")
    changed = post(shop, "/privacy/void", 422, **page.form("/void"))
    assert "2 were expected, 3 match now" in changed.text
    done = post(shop, "/privacy/void", **changed.form("/void"))
    assert done.location == "/privacy/void"
    assert [row["score"] for row in shop.rows("SELECT score FROM response WHERE voided_at IS NULL")] == [9]
    assert "words in the comment" in get(shop, "/privacy/void").text
    assert "No answers" in post(shop, "/privacy/void/look", 200, q="pills").text


def test_employees_comments_are_not_shown(shop: Service) -> None:
    shop.put_survey("staff-nps", audience="employee")
    shop.answer("staff-nps", score=1, comment="my boss")
    page = post(shop, "/privacy/void/look", 200, survey="staff-nps")
    assert "neither shown nor counted" in page.text
    assert "1 answer" not in page.text
    assert "my boss" not in page.text
    assert (
        "Employees' answers are taken out by place"
        in post(shop, "/privacy/void/look", 422, survey="staff-nps", score="1").text
    )
