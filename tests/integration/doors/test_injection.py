"""What strangers and colleagues write stays text: in mails, files for spreadsheets, pages, logs and addresses."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import orjson
import pytest

from services.aggregator.views import journey_table
from services.survey.admin.comments_view import as_csv
from services.survey.imports.rejects import harmless, rejects_csv
from shared import mail, telemetry
from shared.web import charts
from tests.integration.survey.conftest import Service, service, shop

__all__ = ["service", "shop"]

ROOT = Path(__file__).parents[3]
LINES = (
    "a\r\nBcc: eve@example.com",
    "a\nBcc: eve@example.com",
    "a\rBcc: eve@example.com",
    "a\u2028Bcc: eve\x0b\x85b",
)
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0", "\uff1d1")


@pytest.mark.parametrize("text", LINES)
def test_a_mail_has_no_header_but_ours(text: str) -> None:
    made = mail.letter(
        to="ana@example.com",
        mail_from="j@example.com",
        subject=text,
        id=text.split()[0],
        now=datetime.now(UTC),
    )
    read = message_from_bytes(made.as_bytes())
    assert read["Bcc"] is None
    assert set(read.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
    }
    for to, mail_from in (
        (f"ana@example.com{text[1:]}", "j@example.com"),
        ("ana@example.com", f"j@example.com{text[1:]}"),
    ):
        with pytest.raises(mail.NoAddress):
            mail.letter(to=to, mail_from=mail_from, subject="x", id="x", now=datetime.now(UTC))


def test_every_file_for_a_spreadsheet_is_known_here() -> None:
    writers = {
        str(path.relative_to(ROOT))
        for folder in ("services", "shared")
        for path in (ROOT / folder).rglob("*.py")
        if "csv.writer" in path.read_text()
    }
    assert writers == {
        "services/aggregator/views/journey_table.py",
        "services/survey/admin/comments_view.py",
        "services/survey/imports/rejects.py",
        "shared/web/charts.py",
    }


@pytest.mark.parametrize("text", FORMULAS)
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    row = dict.fromkeys(
        (
            "answered_at",
            "journey",
            "stage",
            "touchpoint",
            "survey",
            "survey_revision",
            "metric",
            "score",
            "lang",
            "channel",
            "historic",
        )
    )
    files = [
        "".join(as_csv([[row | {"comment": text, "reasons": [text], "segments": {text: text}}]])),
        "".join(rejects_csv([text], [([text], {text: text})])),
    ]
    cells = [cell for file in files for line in csv.reader(io.StringIO(file, newline="")) for cell in line]
    cells += [str(charts._cell(text)), str(journey_table._text(text)), harmless(text)]
    assert len(cells) > 15
    assert [cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"))] == []


def test_a_template_in_a_text_is_text(shop: Service) -> None:
    evil = "{{ 7*7 }}{% for x in y %}${7*7}<script>alert(1)</script>'"
    put = shop.put_survey(question={"en": evil, "de": evil}, same_meaning=True)
    assert put.status_code == 200, put.json
    page = shop.call("GET", "/s/delivery-nps", None).text
    assert "{{ 7*7 }}{% for" in page
    assert "<script>alert" not in page
    assert not re.search(r"\b49\b", page)


def test_a_log_line_is_one_line(capsys: pytest.CaptureFixture[str], shop: Service) -> None:
    telemetry.configure_logs("INFO")
    forged = '\n{"level": "critical", "event": "forged"}'
    shop.call("GET", "/v1/surveys/%0a%7b%22event%22:%22forged%22%7d/form?lang=%0d%0aforged", None)
    shop.call("GET", f"/{forged}", None, headers={"User-Agent": "forged", "Referer": "http://x/forged"})
    shop.call("PUT", "/v1/journeys/shop", json={"name": forged, forged: 1})
    lines = [line for line in capsys.readouterr().err.splitlines() if line]
    assert len(lines) == 3
    assert all(orjson.loads(line)["event"] == "request" for line in lines)
    assert not any("forged" in line for line in lines)


def test_secrets_are_not_compared_letter_by_letter() -> None:
    names = r"(?:token|secret|csrf|sig|signature|hash|password)"
    compared = re.compile(
        rf"\b\w*{names}\w*(?:\[[^\]]*\])?\)?\s*(?:==|!=)\s*\w|(?:==|!=)\s*[\w.]*{names}\w*\b"
    )
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("services", "shared")
        for path in (ROOT / folder).rglob("*.py")
        for line in path.read_text().splitlines()
        if compared.search(line)
    ]
    assert [line for line in found if not any(known in line for known in NO_SECRETS)] == []


# What a sender sent himself; nobody gets in with it.
NO_SECRETS = ("content_hash(",)
