"""Under a catalogue that puts every phrase in brackets, nothing on our pages and mails is outside them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from babel.messages.catalog import Catalog

from dev.languages import compiled
from services.survey import catalogues, links
from services.survey.links import Link
from services.survey.phrases import every_phrase
from shared.settings import Settings
from tests.integration.survey.conftest import Service
from tests.integration.survey.forms import Form

# What is not ours to say: the survey's own texts (between §), addresses, and the phrases in their brackets.
SAID = re.compile(r"⟦[^⟧]*⟧|§[^§]*§|https?://\S+")
TEXT = {"de": "§eigener Text§"}
METRICS = ("nps", "csat", "ces")


def pseudo(phrase: str) -> str:
    return f"⟦{phrase.swapcase() if '{' not in phrase else phrase}⟧"


@pytest.fixture
def brackets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """German says every phrase in brackets."""
    catalogue = Catalog("de", "survey")
    for phrase in every_phrase():
        catalogue.add(phrase, pseudo(phrase))
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "survey.mo").write_bytes(compiled(catalogue))
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    catalogues._translator.cache_clear()
    yield
    catalogues._translator.cache_clear()


def put(shop: Service, metric: str, **changes: Any) -> None:
    touchpoint = {"nps": "handover", "csat": "tracking", "ces": "tracking"}[metric]
    own = {
        "question": TEXT,
        "labels": {},
        "follow_up": {},
        "thanks": {},
        "reasons": [{"key": "late", "label": TEXT}],
    }
    given = own | {"metric": metric, "touchpoint": touchpoint, **changes}
    if given["follow_up"] == {}:
        given.pop("follow_up"), given.pop("thanks"), given.pop("labels")
    document = {"journey": "shop", "stage": "delivery", "audience": "customer", "status": "live"} | given
    document["privacy_url"] = "https://shop.example/privacy"
    answer = shop.call("PUT", f"/v1/surveys/{metric}", json=document)
    assert answer.status_code in (200, 201), answer.text


def unbracketed(*texts: str) -> list[str]:
    """What is said outside the brackets and has letters in it."""
    return [text for text in texts if re.search(r"[^\W\d_]", SAID.sub("", text))]


def check(page: Any, *statuses: int) -> Form:
    """Every word of the page is in brackets, the browser's title too."""
    assert page.status_code in (statuses or (200,)), page.text
    form = Form(page.text)
    assert form.words
    assert unbracketed(*form.words) == []
    assert '<html lang="de"' in page.text
    return form


def send(shop: Service, form: Form, **fields: Any) -> Any:
    return shop.call("POST", form.action, None, data=form.fields | fields)


@pytest.mark.usefixtures("brackets")
@pytest.mark.parametrize("metric", METRICS)
def test_the_hosted_page(shop: Service, metric: str) -> None:
    put(shop, metric)
    path = f"/s/{metric}"
    form = check(shop.call("GET", f"{path}?lang=de", None))
    for wrong in (
        {},
        {"score": "3", "comment": "7" * 6_000},
        {"score": "99"},
        {"score": "3", "reasons": "?"},
    ):
        check(send(shop, form, **wrong), 422)
    thanks = check(send(shop, form, score="3"))
    answered = check(send(shop, form, score="2"), 409)
    assert any(word.startswith("⟦You answered 3") for word in answered.words)
    again = check(send(shop, thanks))
    check(send(shop, again, score="2"))
    shop.conn.execute("UPDATE response SET received_at = received_at - interval '25 hours'")
    check(send(shop, again, score="1"), 409)
    for status in ("paused", "archived", "draft"):
        put(shop, metric, status=status)
        check(shop.call("GET", f"{path}?lang=de", None))
    check(shop.call("GET", "/s/nowhere?lang=de", None), 404)


@pytest.mark.usefixtures("brackets")
@pytest.mark.parametrize("metric", METRICS)
def test_links_and_mails(shop: Service, settings: Settings, metric: str) -> None:
    put(shop, metric)
    wanted = {"links": [{"respondent": "1", "lang": "de"}], "email": True}
    (item,) = shop.call("POST", f"/v1/surveys/{metric}/links", json=wanted).json["items"]
    html = Form(item["email"]["html"])
    assert len(html.words) > 8
    assert unbracketed(*html.words, *item["email"]["text"].splitlines()) == []
    path = f"/s/{metric}/unsubscribe?t={item['token']}"
    undo = check(send(shop, check(shop.call("GET", path, None))))
    check(send(shop, undo))
    past = datetime.now(UTC) - timedelta(days=3)
    over = links.token(settings.secret_key, Link(metric, uuid4(), None, {}, "de", "email", past))
    check(shop.call("GET", f"/s/{metric}?t={over}", None), 410)


def test_a_hard_coded_text_would_be_seen() -> None:
    assert unbracketed("⟦Senden⟧", "0 = ⟦x⟧", "§Frage§", "https://a.example/b", "·", "3") == []
    assert unbracketed("⟦Senden⟧ now", "Send") == ["⟦Senden⟧ now", "Send"]
