"""A CSV file from upload to its refused rows, by form."""

from __future__ import annotations

import io
from typing import Any

from services.survey.store import imports as store
from shared.settings import Settings
from tests.integration.survey.admin.browsing import Page, get, post
from tests.integration.survey.conftest import Service
from tests.integration.survey.test_imports_http import work_off

FILE = (
    "rating,words,when,what,region\n7,fine,22/07/2026 12:00,Hand-over,north\n"
    "11,=bad,23/07/2026 12:00,Hand-over,south\n5,,24/07/2026 12:00,Basket,north\n"
)


def upload(service: Service, file: bytes = FILE.encode(), status: int = 303, **fields: str) -> Any:
    data = {"file": (io.BytesIO(file), "answers.csv"), **fields}
    answer = service.call("POST", "/imports", data=data)
    assert answer.status_code == status, answer.text
    return answer.location if status == 303 else Page(answer.text)


def test_from_upload_to_the_refused_rows(shop: Service, settings: Settings) -> None:
    there = upload(shop)
    page = get(shop, there)
    fields = page.form(there)
    assert fields["columns.score"] == "rating"
    assert fields["date_format"] == "%d/%m/%Y %H:%M"
    assert fields["timezone"] == "Europe/Berlin"
    assert "Import the file" not in page.text
    tried = post(shop, there, 200, **fields | {"act": "try"})
    assert "Of the first 3 rows 2 would be taken and 1 refused." in tried.text
    assert "Wed 22 Jul, 12:00 CEST" in tried.text
    assert "11 is outside 0-10" in tried.text
    assert shop.rows("SELECT count(*) AS n FROM response") == [{"n": 0}]
    assert store.claim(shop.conn) is None
    post(shop, there, **tried.form(there) | {"act": "go"})
    running = shop.call("GET", there).text
    assert "data-live" in running
    assert 'http-equiv="refresh"' in running
    work_off(shop.conn, settings)
    done = shop.call("GET", there).text
    assert "data-live" not in done
    assert "11 is outside 0-10" in done
    rejects = f"/v1{there}/rejects.csv"
    assert rejects in done
    assert "'=bad" in shop.call("GET", rejects).text
    assert shop.rows("SELECT score, segments FROM response ORDER BY score") == [
        {"score": 5, "segments": {"region": "north"}},
        {"score": 7, "segments": {"region": "north"}},
    ]
    assert post_again(shop, there) == 404


def post_again(service: Service, there: str) -> int:
    return int(service.call("POST", there, data={"act": "go"}).status_code)


def test_a_column_tells_the_survey(shop: Service, settings: Settings) -> None:
    shop.put_survey("basket-csat", stage="order", touchpoint="basket", metric="csat")
    there = upload(shop)
    fields = get(shop, there).form(there) | {"mode": "by", "survey_by.column": "what"}
    looked = post(shop, there, 200, **fields | {"act": "look"}).form(there)
    assert [looked["values[0].cell"], looked["values[1].cell"]] == ["Hand-over", "Basket"]
    nothing = post(shop, there, 422, **looked | {"act": "try"})
    assert "Choose a survey for at least one value" in nothing.text
    chosen = looked | {"values[0].survey": "delivery-nps", "values[1].survey": "basket-csat"}
    post(shop, there, **chosen | {"act": "go"})
    work_off(shop.conn, settings)
    assert shop.rows("SELECT survey, score FROM response ORDER BY score") == [
        {"survey": "basket-csat", "score": 5},
        {"survey": "delivery-nps", "score": 7},
    ]


def test_every_mistake_of_a_mapping_at_once_and_what_was_chosen_stays(shop: Service) -> None:
    shop.put_survey("other", touchpoint="tracking")
    there = upload(shop)
    fields = get(shop, there).form(there)
    assert fields["survey"] == ""
    page = post(shop, there, 422, **fields | {"act": "try", "columns.score": "", "columns.comment": "words"})
    assert {"#f-survey", "#f-columns-score"} <= set(page.links)
    assert page.form(there)["columns.comment"] == "words"
    good = fields | {"survey": "delivery-nps", "act": "go"}
    assert "no time zone given" in post(shop, there, 422, **good | {"timezone": ""}).text.lower()
    assert "#f-timezone" in post(shop, there, 422, **good | {"timezone": "Mars/X"}).links
    other = good | {"date_format": "other", "other_format": "%H"}
    assert "#f-other_format" in post(shop, there, 422, **other).links
    assert "no survey ‘gone’" in post(shop, there, 422, **good | {"survey": "gone"}).text
    assert store.claim(shop.conn) is None


def test_files_that_cannot_be_read_are_refused_and_not_kept(shop: Service) -> None:
    assert "The file is empty." in upload(shop, b"", 422).text
    assert "line 2 is not utf-8" in upload(shop, "rating\nnaïve".encode("latin-1"), 422).text.lower()
    assert "#f-encoding" in upload(shop, encoding="rot13", status=422).links
    assert shop.call("POST", "/imports", data={}).status_code == 422
    assert shop.rows("SELECT count(*) AS n FROM import") == [{"n": 0}]
    there = upload(shop, "rating,words\n7,naïve".encode("latin-1"), encoding="iso-8859-1")
    assert "naïve" in get(shop, there).text


def test_a_nul_in_the_name_of_a_file_is_400(shop: Service) -> None:
    sent = {"file": (io.BytesIO(FILE.encode()), "a\0b.csv"), "encoding": ""}
    answer = shop.call("POST", "/imports", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 400
    assert shop.rows("SELECT * FROM import") == []


def test_an_upload_waits_out_of_sight_of_the_worker_and_can_be_discarded(shop: Service) -> None:
    there = upload(shop)
    assert there in get(shop, "/imports").links
    assert shop.call("GET", "/v1/imports").json["items"] == []
    assert shop.call("GET", f"/v1{there}").status_code == 404
    post(shop, there, act="discard")
    assert shop.rows("SELECT count(*) AS n FROM import_chunk") == [{"n": 0}]
    get(shop, there, 404)


def test_a_forgotten_upload_is_swept_away(shop: Service) -> None:
    upload(shop)
    upload(shop)
    shop.conn.execute(
        "UPDATE import SET created_at = now() - interval '8 days' WHERE id = (SELECT id FROM import LIMIT 1)"
    )
    now = shop.rows("SELECT now()")[0]["now"]
    assert store.sweep(shop.conn, now) == 1
    assert shop.rows("SELECT count(*) AS n FROM import") == [{"n": 1}]


def test_only_admins_import(shop: Service) -> None:
    assert shop.call("GET", "/imports", "lead").status_code == 403
    assert "Nothing was imported yet" in get(shop, "/imports").text
