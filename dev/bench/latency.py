"""How late: from a 201 to the score in /v1/scores, and from the 201 of the answer that opens an incident to its mail.

Answers come at a fixed rate over all stages; one stage after the other falls. Each has a journey of its own, since
mails to one owner about one journey are gathered.
"""

from __future__ import annotations

import json
import random
import threading
from email import message_from_bytes
from pathlib import Path

from dev import ports
from dev.bench import answers
from dev.bench.figures import Figure
from dev.bench.scale import Scale
from dev.bench.system import System
from dev.bench.watcher import Watcher
from services import alerts, survey

TARGET_SECONDS = 1.0
CONNECTIONS = 16
MAIL_PATIENCE_SECONDS = 90
SCORE_LIMIT = (
    "the relay's and the broker's waiting for more (20 and 5 ms), one commit each, and the asking itself"
)
MAIL_LIMIT = (
    "the same, then the notifier's looking (every 0.2 s), its question why, and one mail after the other"
)


def measure(system: System, scale: Scale) -> list[Figure]:
    """Needs all processes running and every stage with a baseline."""
    lines = _plan(scale, [f"{journey}-nps" for journey in answers.stages(scale.stages)])
    watcher = Watcher(system)
    watching = threading.Thread(target=watcher.run)
    watching.start()
    try:
        acknowledged = dict(_send(system, scale, lines))
        ports.wait_until(
            lambda: bool(watcher.seen) and watcher.seen[-1][1] >= len(lines), "the last score", 60
        )
        mails = _mails(system, scale)
    finally:
        watcher.ended = True
        watching.join()
    return [
        _figure(
            "201 → score visible", _score_delays(acknowledged, watcher), scale, TARGET_SECONDS, SCORE_LIMIT
        ),
        _figure("201 → mail accepted", _mail_delays(system, acknowledged, mails), scale, None, MAIL_LIMIT),
    ]


def _plan(scale: Scale, surveys: list[str]) -> list[str]:
    """Which answer goes where: stages by turns in random order; stage k has fallen from its share of the time on."""
    chosen, total = random.Random(7), int(scale.latency_seconds * scale.answers_a_second)
    lines = []
    for number in range(total):
        stage = chosen.randrange(len(surveys))
        fallen = number / total > 0.8 * stage / len(surveys)
        lines.append(
            f"{surveys[stage]}\t{json.dumps(answers.answer(answers.FALLEN if fallen else answers.HEALTHY))}"
        )
    return lines


def _send(system: System, scale: Scale, lines: list[str]) -> list[tuple[str, float]]:
    port, rate = system.environment["SURVEY_PORT"], str(scale.answers_a_second)
    given = "\n".join(lines).encode()
    found: list[tuple[str, float]] = json.loads(
        system.measure("dev.bench.load", "paced", port, rate, str(CONNECTIONS), stdin=given)
    )
    return found


def _mails(system: System, scale: Scale) -> list[tuple[str, float]]:
    """Every mail's List-Id with the time at which it was accepted, once each open incident has one."""
    maildir = system.folder / "mail"
    with system.connect(alerts.SCHEMA) as conn:

        def all_told() -> bool:
            row = conn.execute("SELECT count(*) AS n FROM incident").fetchone()
            assert row is not None
            return len(_files(maildir)) >= int(row["n"]) > scale.stages / 2

        ports.wait_until(all_told, "a mail for each incident", MAIL_PATIENCE_SECONDS)
    return [
        (str(message_from_bytes(file.read_bytes())["List-Id"]), file.stat().st_mtime)
        for file in _files(maildir)
    ]


def _files(maildir: Path) -> list[Path]:
    return list((maildir / "new").iterdir())


def _score_delays(acknowledged: dict[str, float], watcher: Watcher) -> list[float]:
    """The k-th answer acknowledged is visible when k are shown: answers become visible in that order, all but a few."""
    delays, looks = [], iter(watcher.seen)
    at, shown = next(looks)
    for number, moment in enumerate(sorted(acknowledged.values()), 1):
        while shown < number:
            at, shown = next(looks)
        delays.append(max(0.0, at - moment))
    return delays


def _mail_delays(
    system: System, acknowledged: dict[str, float], mails: list[tuple[str, float]]
) -> list[float]:
    opened = _opening_answers(system)
    return [
        at - acknowledged[opened[journey]]
        for list_id, at in mails
        for journey in opened
        if f"<{journey}." in list_id
    ]


def _opening_answers(system: System) -> dict[str, str]:
    """The client's id of the answer that opened each journey's incident."""
    with system.connect(alerts.SCHEMA) as conn:
        incidents = conn.execute("SELECT journey, stage, opening_sequence FROM incident").fetchall()
    with system.connect(survey.SCHEMA) as conn:
        found = {}
        for one in incidents:
            row = conn.execute(
                """SELECT response.id FROM outbox JOIN response ON answer_id = (data->>'answer_id')::uuid
                   WHERE topic = 'survey.responses' AND key = %s AND sequence = %s""",
                [f"{one['journey']}/{one['stage']}", one["opening_sequence"]],
            ).fetchone()
            assert row is not None
            found[one["journey"]] = str(row["id"])
    return found


def _figure(what: str, delays: list[float], scale: Scale, target: float | None, limit: str) -> Figure:
    ordered = sorted(delays)
    half, worst = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    shown = f"p50 {half * 1000:,.0f} ms, p99 {worst * 1000:,.0f} ms"
    beside = f"{len(ordered):,} of them, at {scale.answers_a_second} answers a second"
    wanted = f"p99 < {target:.0f} s" if target else ""
    return Figure(what, shown, beside, None, wanted, worst < target if target else None, limit)
