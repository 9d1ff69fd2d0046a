"""Three stages fall for three scripted reasons; the mails, read from MAIL_DIR, tell each one right."""

from __future__ import annotations

import random
import re
from email.message import EmailMessage

import pytest

from dev import mail_sink, ports
from dev.temporary_stack import Stack
from tests.e2e import causes, outcome
from tests.e2e.collector import Api, Item
from tests.e2e.shop import sliced

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def api(stack: Stack) -> Api:
    """The stack after the three stages fell, and after their mails came."""
    found, rng = Api(stack), random.Random(4)
    causes.open_journey(found)
    for items in sliced(causes.history(rng), 2000):
        found.batch(items)
    outcome.drained(stack)
    # The notifier comes back when all is counted, so that what it tells does not depend on who was faster.
    stack.stop("services:alerts-notifier")
    found.batch(causes.today(rng))
    ports.wait_until(lambda: not outcome.lacking(stack), "the last answer's arrival", 180)
    stack.start("services:alerts-notifier")
    outcome.drained(stack)
    return found


def mail(stack: Stack, stage: str) -> EmailMessage:
    """The one mail its owner got."""
    to = causes.address(stage)
    [found] = [mail for mail in mail_sink.read(stack.maildir) if mail["To"] == to]
    return found


def parts(mail: EmailMessage) -> tuple[str, str]:
    """Its text and its HTML without tags."""
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    shown = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html.get_content(), flags=re.DOTALL)
    return text.get_content().replace("−", "-"), " ".join(shown.replace("−", "-").split())


def points(text: str) -> dict[str, int]:
    """The lines under `Where the … points come from`: name → points."""
    lines = text.partition("points come from\n")[2].partition("\n\n")[0].splitlines()
    found = [re.fullmatch(r"  (.+?) {2,}([+-]\d+)(?: {2,}.*)?", line) for line in lines]
    return {match[1]: int(match[2]) for match in found if match}


def incident(api: Api, stage: str) -> Item:
    [found] = api.get("alerts", "/v1/incidents", journey=causes.KEY, stage=stage)["items"]
    return dict(found)


def drop(mail: EmailMessage) -> int:
    found = re.search(r" CSAT down (\d+) points to ", str(mail["Subject"]))
    assert found, mail["Subject"]
    return int(found[1])


def test_one_touchpoint_fell(stack: Stack, api: Api) -> None:
    told = mail(stack, "delivery")
    text, html = parts(told)
    assert "customers are clearly less satisfied with Delivery (Shop journey) since" in text
    lines = points(text)
    assert lines.pop("Parcel (moment of truth)") <= -15
    assert set(lines) <= {"Others", "Different mix"}
    assert all(abs(got) <= 1 for got in lines.values())
    assert drop(told) == -sum(points(text).values())
    assert "mostly" not in text
    assert re.search(r"Parcel \(moment of truth\) -1\d", html)
    for other in ("Order tracking", "Slot booking"):
        assert other not in text + html
    assert re.search(r"Reasons given: Late \d+(, Price \d+)?\.", text)
    assert "Measurement: channels and wording unchanged." in text
    assert "Measurement: channels and wording unchanged." in html
    found = incident(api, "delivery")
    assert (found["cause"]["verdict"]["kind"], found["cause"]["verdict"]["touchpoint"]) == (
        "touchpoint",
        "parcel",
    )
    [late] = [one for one in found["cause"]["reasons"] if one["reason"] == "late"]
    assert late["share"] > late["share_before"]


def test_one_segment_fell_at_all_touchpoints(stack: Stack, api: Api) -> None:
    told = mail(stack, "support")
    text, html = parts(told)
    lines = points(text)
    assert lines.pop("plan pro") <= -22
    assert set(lines) <= {"Others", "Different mix"}
    assert drop(told) == -sum(points(text).values())
    assert "(at all touchpoints)" in text
    assert re.search(r"plan pro at all touchpoints -2\d", html)
    for other in ("Chat", "Phone call", "plan free", "region"):
        assert other not in text + html
    assert "Measurement: app answers 20 % → 60 %; wording unchanged." in text
    found = incident(api, "support")
    assert found["cause"]["verdict"] == {"kind": "segment", "segment": {"plan": "pro"}}
    assert {one["channel"]: one["moved"] for one in found["measurement"]["channels"]} == {
        "app": True,
        "link": True,
    }


def test_only_the_mix_moved(stack: Stack, api: Api) -> None:
    told = mail(stack, "returns")
    text, html = parts(told)
    assert str(told["Subject"]).endswith(": different mix")
    assert "but only because other customers answer: nobody rates it clearly lower than before." in text
    lines = points(text)
    assert lines.pop("Different mix") <= -30
    assert set(lines) <= {"All touchpoints together"}
    assert drop(told) == -sum(points(text).values())
    assert re.search(r"Different mix not a real change -3\d", html)
    assert "More answers come from plan free: 20 % of all before, 90 % since." in text
    for touchpoint in ("Return label", "Refund"):
        assert touchpoint not in text + html + str(told["Subject"])
    found = incident(api, "returns")["cause"]
    assert (found["verdict"]["kind"], found["mix_within"]) == ("mix", "plan")
    assert not any(part["beyond_noise"] for part in found["by_touchpoint"] + found["by_segment"])
