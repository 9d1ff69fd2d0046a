"""What must hold after a course, each check in words of what it found wrong; nothing found is what we want."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable

from dev import mail_sink, ports
from dev.temporary_stack import Stack
from tests.chaos.people import People
from tests.e2e import outcome
from tests.e2e.collector import Item
from tests.e2e.drops import Drops

STILL_SECONDS = 90  # nothing has moved for so long: nothing will
SETTLED_SECONDS = 300
MOST_NAMED = 5

# Every row of the log has a place of its own in its key, 1, 2, 3 …, and the key knows the last.
GAPS = """
SELECT k.topic || ' ' || k.key AS key, k.last_sequence, count(o.sequence) AS n, max(o.sequence) AS most,
       count(DISTINCT o.sequence) AS distinct
FROM survey.outbox_key AS k LEFT JOIN survey.outbox AS o USING (topic, key)
GROUP BY k.topic, k.key, k.last_sequence
HAVING (count(o.sequence), max(o.sequence), count(DISTINCT o.sequence))
       IS DISTINCT FROM (k.last_sequence, k.last_sequence, k.last_sequence)"""


def arrived(stack: Stack) -> list[str]:
    """Everything committed has reached both receivers, and nothing is left to tell."""
    lacking, since = outcome.lacking(stack), time.monotonic()
    while lacking:
        time.sleep(0.2)
        now = outcome.lacking(stack)
        if now != lacking:
            lacking, since = now, time.monotonic()
        elif time.monotonic() - since > STILL_SECONDS:
            what = _some(f"{key}: {numbers}" for key, numbers in lacking.items())
            return [f"{len(lacking)} keys whose events do not arrive (given, aggregator's, alerts'): {what}"]
    try:
        ports.wait_until(lambda: _settled(stack), "the last message", SETTLED_SECONDS)
    except TimeoutError as error:
        return [f"{error}: {outcome.untold(stack)} left"]
    return []


def events(stack: Stack) -> int:
    """How many events about answers the log holds."""
    with stack.connect() as conn:
        row = conn.execute(
            "SELECT count(*) AS n FROM survey.outbox WHERE topic = 'survey.responses'"
        ).fetchone()
    assert row is not None
    return int(str(row["n"]))


def scores(stack: Stack) -> dict[str, int]:
    """The score of each stored answer, by its id."""
    with stack.connect() as conn:
        rows = conn.execute("SELECT id, score FROM survey.response").fetchall()
    return {str(row["id"]): int(str(row["score"])) for row in rows}


def stored(found: dict[str, int], wanted: dict[str, int], offered: dict[str, int]) -> list[str]:
    """What was acknowledged (`wanted`) is stored, each id with its last score, and nothing that was not `offered`."""
    lost = wanted.keys() - found.keys()
    other = [id_ for id_, score in wanted.items() if id_ in found and found[id_] != score]
    return [
        f"{len(ids)} {what}: {_some(ids)}"
        for what, ids in (
            ("acknowledged answers are lost", lost),
            ("answers nobody sent", found.keys() - offered.keys()),
            ("answers with another score than the last one acknowledged", other),
        )
        if ids
    ]


def answered_well(people: People) -> list[str]:
    """Nobody was given up on, and nobody saw an error that does not say when to come again."""
    odd = {status: n for status, n in people.statuses.items() if status not in (0, 200, 201, 429, 503)}
    return people.errors + ([f"answers of the service: {odd}"] if odd else [])


def numbered(stack: Stack) -> list[str]:
    with stack.connect() as conn:
        rows = conn.execute(GAPS).fetchall()
    return [f"{len(rows)} keys whose sequence has gaps: {_some(map(str, rows))}"] if rows else []


def counted(drops: Drops, items: list[Item]) -> list[str]:
    """/v1/scores of each stage are what was acknowledged, each id counted once."""
    wrong = []
    for journey in drops.journeys:
        wanted: dict[tuple[str, str], Counter[int]] = {}
        for item in items:
            of, stage = item["survey"].rsplit("-stage-", 1)
            if of == journey:
                wanted.setdefault((f"stage-{stage}", "csat"), Counter())[item["score"]] += 1
        found = drops.api.scores("stage", journey=journey)
        exact = {place: [counts[score] for score in range(11)] for place, counts in wanted.items()}
        wrong += [
            f"{journey} {place}: counted {sum(found.get(place, []))} of {sum(counts)}"
            for place, counts in exact.items()
            if found.get(place) != counts
        ]
    return [f"{len(wrong)} stages with wrong scores: {_some(wrong)}"] if wrong else []


def recounted(stack: Stack) -> list[str]:
    result = stack.cli("recount", "--wait", "60", "--json")
    if result.returncode not in (0, 1):
        return [f"recount failed: {result.stderr[-500:]}"]
    found = json.loads(result.stdout)
    totals = {name: found[name] for name in ("accepted", "counted", "difference", "skipped", "waiting")}
    return [] if result.returncode == 0 and not found["skipped"] else [f"recount: {totals}"]


def rebuilt(stack: Stack) -> list[str]:
    """Made anew from the log, each table is what it was, bit for bit."""
    wrong = []
    for receiver in ("aggregator", "alerts"):
        result = stack.cli("rebuild", receiver, "--dry-run", "--json", seconds=600)
        if result.returncode:
            wrong.append(f"rebuild of {receiver} differs: {result.stdout[-500:]}{result.stderr[-500:]}")
    return wrong


def incidents(drops: Drops) -> list[str]:
    """The stages that were scripted to fall have one incident each, and no other has any."""
    found = Counter(
        (item["journey"], item["stage"])
        for journey in drops.journeys
        for item in drops.api.get("alerts", "/v1/incidents", journey=journey, limit=500)["items"]
    )
    wanted = Counter(drops.falling)
    more, less = found - wanted, wanted - found
    return [
        f"{sum(which.values())} incidents {what}: {_some(map(str, which))}"
        for what, which in (("too many", more), ("missing", less))
        if which
    ]


def told(stack: Stack, drops: Drops) -> list[str]:
    """Every notification was sent or is shown as failed, every incident is in a mail or failed; one id is one mail."""
    with stack.connect() as conn:
        states = {
            str(row["state"]): int(str(row["n"]))
            for row in conn.execute("SELECT state, count(*) AS n FROM alerts.notification GROUP BY state")
        }
        opened = {str(row["id"]) for row in conn.execute("SELECT id FROM alerts.incident")}
    mails = [mail for mail in mail_sink.read(stack.maildir) if "down" in str(mail["Subject"])]
    by_id: dict[str, set[str]] = {}
    for mail in mails:
        by_id.setdefault(str(mail["Message-ID"]), set()).add(f"{mail['To']} {mail['Subject']}")
    wrong = [f"{id_} tells different things: {what}" for id_, what in by_id.items() if len(what) > 1]
    odd = {state: n for state, n in states.items() if state not in ("sent", "merged", "failed", "silenced")}
    if odd:
        wrong.append(f"notifications in state {odd}")
    texts = "".join(part.get_content() for mail in mails if (part := mail.get_body(("plain",))))
    untold = {id_ for id_ in opened if f"/incidents/{id_}?" not in texts}
    if len(untold) > states.get("failed", 0):
        wrong.append(f"{len(untold)} incidents that no mail tells of: {_some(untold)}")
    return wrong


def _settled(stack: Stack) -> bool:
    """Whether nothing is left to tell. What waits for its next attempt is tried now: the course is over."""
    with stack.connect() as conn:
        conn.execute(
            "UPDATE alerts.announcement SET try_at = now() WHERE routed_at IS NULL AND try_at > now()"
        )
        conn.execute(
            """UPDATE alerts.notification SET due_at = least(due_at, now()), lease_until = least(lease_until, now())
               WHERE state = 'due' AND greatest(due_at, lease_until) > now() + interval '5 seconds'"""
        )
    return outcome.untold(stack) == 0


def _some(names: Iterable[str]) -> str:
    found = sorted(names)
    return ", ".join(found[:MOST_NAMED]) + (
        f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    )
