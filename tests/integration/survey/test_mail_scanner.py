"""Mail scanners follow every link with GET and HEAD: nothing is recorded until a person presses Send."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from shared.settings import Settings
from tests.integration.survey.conftest import Service
from tests.integration.survey.forms import Form


class Addresses(HTMLParser):
    """Every address in a page, wherever it stands, as a scanner finds them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            value for name, value in attrs if name in ("href", "src", "action", "formaction") and value
        ]


class Scanner:
    """Follows every link of ours it sees, with HEAD and GET, and the links of the pages behind them."""

    def __init__(self, shop: Service, host: str) -> None:
        self.shop, self.host, self.visited = shop, host, set[str]()

    def follow(self, addresses: list[str], onward: int = 3) -> None:
        for address in addresses:
            parts = urlsplit(urljoin(self.host, address))
            path = f"{parts.path}?{parts.query}"
            if f"{parts.scheme}://{parts.netloc}" != self.host or path in self.visited or not onward:
                continue
            self.visited.add(path)
            self.shop.call("HEAD", path, None)
            page = self.shop.call("GET", path, None)
            self.shop.call("OPTIONS", path, None)
            if page.content_type.startswith("text/html"):
                self.follow(Addresses(page.text).found, onward - 1)


def test_a_scanner_records_nothing_and_the_person_one_answer(shop: Service, settings: Settings) -> None:
    wanted = {"links": [{"respondent": "c-123", "lang": "de"}], "email": True}
    (item,) = shop.call("POST", "/v1/surveys/delivery-nps/links", json=wanted).json["items"]
    mail = item["email"]
    scanner = Scanner(shop, settings.survey_url)
    header = mail["headers"]["List-Unsubscribe"].strip("<>")
    scanner.follow([*Addresses(mail["html"]).found, item["url"], header, *mail["text"].split()])
    assert sum("score=" in path for path in scanner.visited) == 11
    assert any("unsubscribe" in path for path in scanner.visited)
    for table in ("response", "outbox WHERE topic = 'survey.responses'", "contact"):
        assert shop.rows(f"SELECT * FROM {table}") == [], table
    clicked = next(address for address in Addresses(mail["html"]).found if address.endswith("score=3"))
    form = Form(shop.call("GET", clicked.removeprefix(settings.survey_url), None).text)
    assert "Vielen Dank!" in shop.call("POST", form.action, None, data=form.fields).text
    assert [row["score"] for row in shop.rows("SELECT score FROM response")] == [3]
    scanner.visited.clear()
    scanner.follow([*Addresses(mail["html"]).found, header])
    assert [row["score"] for row in shop.rows("SELECT score FROM response")] == [3]
    assert len(shop.events("survey.responses")) == 1
