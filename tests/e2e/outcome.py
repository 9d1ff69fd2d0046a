"""What a test of the whole system looks at in the end: receivers, incidents, mails."""

from __future__ import annotations

import json
from collections import Counter
from email.message import EmailMessage

from dev import mail_sink, ports
from dev.temporary_stack import Stack
from tests.e2e.collector import Api, Item
from tests.e2e.shop import Shop


def lacking(stack: Stack) -> dict[str, tuple[int, int, int]]:
    """Keys a receiver has not come to the end of: (last sequence given, aggregator's, alerts'); and `unstamped`."""
    with stack.connect() as conn:
        rows = conn.execute(
            """SELECT key, k.last_sequence AS given, coalesce(a.last_sequence, 0) AS aggregator,
                      coalesce(b.last_sequence, 0) AS alerts
               FROM survey.outbox_key k
               LEFT JOIN aggregator.position a USING (key) LEFT JOIN alerts.position b USING (key)
               WHERE topic = 'survey.responses'
                 AND (a.last_sequence IS DISTINCT FROM k.last_sequence
                      OR b.last_sequence IS DISTINCT FROM k.last_sequence)
               UNION ALL
               SELECT 'unstamped', count(*), 0, 0 FROM survey.outbox WHERE position IS NULL HAVING count(*) > 0"""
        ).fetchall()
    return {str(row["key"]): (row["given"], row["aggregator"], row["alerts"]) for row in rows}  # type: ignore[misc]


def drained(stack: Stack, seconds: float = 180) -> None:
    """Wait until every acknowledged answer has reached both receivers, and the notifier has nothing left to do."""
    try:
        ports.wait_until(lambda: not lacking(stack), "the last answer's arrival", seconds)
    except TimeoutError as error:
        names = ("survey-relay", "aggregator-consumer", "alerts-consumer")
        logs = "\n".join(f"--- {name}\n{stack.log(name)}" for name in names)
        raise AssertionError(f"{error}: {lacking(stack)}\n{logs}") from error
    ports.wait_until(lambda: not untold(stack), "the last mail's sending", seconds)


def untold(stack: Stack) -> int:
    """Announcements without a message, and messages not settled."""
    with stack.connect() as conn:
        row = conn.execute(
            """SELECT (SELECT count(*) FROM alerts.announcement WHERE routed_at IS NULL)
                    + (SELECT count(*) FROM alerts.notification WHERE state = 'due') AS untold"""
        ).fetchone()
    assert row is not None
    return int(str(row["untold"]))


def recounted(stack: Stack) -> None:
    """`journeyloop recount` finds every accepted answer in the scores."""
    result = stack.cli("recount", "--wait", "120", "--json")
    assert result.returncode == 0, f"{result.stdout}{result.stderr}"
    found = json.loads(result.stdout)
    assert found["accepted"] == found["counted"] > 0
    assert (found["difference"], found["skipped"], found["waiting"]) == (0, 0, 0)


def scores_equal(shop: Shop, items: list[Item]) -> None:
    """/v1/scores by survey and by segment are what was acknowledged, each id counted once."""
    for by in ("survey", "segment:plan"):
        assert shop.api.scores(by, journey=shop.key) == shop.expected(items, by), by


def detectors_have_all(stack: Stack, shop: Shop, items: list[Item]) -> None:
    """The detectors' day sums hold each id once too."""
    with stack.connect() as conn:
        rows = conn.execute(
            """SELECT survey, sum(n)::bigint AS answers FROM alerts.day_sum
               JOIN alerts.detector d ON d.id = detector WHERE journey = %s GROUP BY survey""",
            [shop.key],
        ).fetchall()
    expected = Counter(item["survey"] for item in {item["id"]: item for item in items}.values())
    assert {str(row["survey"]): row["answers"] for row in rows} == expected


def mails(stack: Stack, shop: Shop) -> list[EmailMessage]:
    """Every mail to one of the shop's owners or to the fallback owner that is neither a test of the channel nor a win.

    Healthy answers of today are a little better than those of the history (`shop.WAS`): many of them are a win indeed.
    """
    fallback = stack.environment["FALLBACK_OWNER"]
    ours = {shop.address(stage) for stage in ("order", "delivery", "use")} | {fallback}
    found = [mail for mail in mail_sink.read(stack.maildir) if any(one in str(mail["To"]) for one in ours)]
    subjects = [str(mail["Subject"]) for mail in found]
    return [
        mail
        for mail, subject in zip(found, subjects, strict=True)
        if not subject.startswith("Test from") and " up " not in subject
    ]


def incidents(api: Api, shop: Shop) -> list[Item]:
    found: list[Item] = api.get("alerts", "/v1/incidents", journey=shop.key)["items"]
    return found
