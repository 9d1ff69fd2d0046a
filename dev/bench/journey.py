"""The page of a busy journey: how long the server takes for it, and how much a browser loads.

60 surveys on 10 stages with answers on each day of a year, 10 million in all, as rows of day buckets: they are what the
page reads, however the answers came. Both web processes are real; the states come from alerts, over HTTP.
"""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median, quantiles
from typing import Any

import requests
from psycopg.types.json import Jsonb

from dev.bench import answers
from dev.bench.figures import Figure
from dev.bench.scale import Scale
from dev.bench.system import System
from services import aggregator, alerts
from services.aggregator import maps
from services.aggregator.buckets import ALL, SLOTS_A_DAY, Gains, Place
from services.aggregator.store import buckets, journeys
from services.alerts.handler import Handler
from shared import access, beats, db, positions
from shared.batch import Batch
from shared.events import PUBLISHED, RECORDED, isoformat

KEY, STAGES, TOUCHPOINTS, DAYS = "busy", 10, 6, 365
ANSWERS = 10_000_000
MOST_MS, MOST_KB = 100, 150
WINDOWS = ("7d", "28d", "90d")
# How often a score is given, of 0…10.
SHAPE = (2, 1, 1, 2, 2, 4, 5, 12, 18, 25, 28)
ASSETS = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def measure(made: System, scale: Scale) -> list[Figure]:
    """Server time of the journey page by window, and the weight of it and of the stage page with its charts."""
    _fill(made)
    made.ensure("aggregator-web", "alerts-web")
    session = requests.Session()
    with made.connect(db.ACCESS) as conn:
        session.headers["Authorization"] = f"Bearer {access.create_key(conn, 'viewer', 'bench')}"
    root = made.environment["AGGREGATOR_URL"]
    figures = [_time(session, f"{root}/journeys/{KEY}", window, 20 * scale.rounds) for window in WINDOWS]
    weights = {
        "journey page": _weight(session, root, f"/journeys/{KEY}"),
        "stage page with its charts": _weight(session, root, f"/journeys/{KEY}/stages/stage-0?window=90d"),
    }
    return [*figures, *(_weighed(name, number) for name, number in weights.items())]


def _fill(made: System) -> None:
    document = _document()
    with made.connect(aggregator.SCHEMA) as conn, conn.transaction():
        buckets.fix_report_zone(conn, made.settings.report_tz.key)
        journeys.save(conn, maps.latest([(PUBLISHED, document)]))
        buckets.add(conn, dict(_year(document)))
        _beat(conn, {})
    with made.connect(alerts.SCHEMA) as conn, conn.transaction():
        _watch(conn, Handler(made.settings.report_tz), document)


def _year(document: dict[str, Any]) -> Iterator[tuple[Place, Gains]]:
    chance, today = random.Random(6), date.today()
    a_day = -(-ANSWERS // (len(document["surveys"]) * DAYS))
    for survey in document["surveys"]:
        gains = Gains(newest=isoformat(answers.START))
        counts = gains.counts[ALL] = {}
        for back in range(DAYS):
            first = (today - timedelta(days=back)).toordinal() * SLOTS_A_DAY
            for score in chance.choices(range(11), SHAPE, k=a_day):
                counts[first + score] = counts.get(first + score, 0) + 1
        yield (KEY, survey["stage"], survey["touchpoint"], survey["survey"], "nps", "customer"), gains


def _watch(conn: db.Connection, handler: Handler, document: dict[str, Any]) -> None:
    """Detectors that have learned: 1 000 past answers of each stage, and one live one."""
    sent = {f"{KEY}/{stage['key']}": 1_001 for stage in document["stages"]}
    made = []
    for number, (_, data) in enumerate(answers.events(1_001 * STAGES, STAGES, spread=False)):
        data |= {"journey": KEY, "stage": f"stage-{number % STAGES}", "historic": data["sequence"] <= 1_000}
        made.append((RECORDED, data))
    handler.apply(conn, Batch(made, [(PUBLISHED, document)]))
    locked = positions.lock(conn, sent)
    for position in locked.values():
        position.last_sequence = sent[position.key]
    positions.save(conn, locked.values())
    _beat(conn, sent)


def _beat(conn: db.Connection, sent: dict[str, int]) -> None:
    row = conn.execute("SELECT clock_timestamp() AS now").fetchone()
    assert row is not None
    beats.take(conn, [{"beat_at": isoformat(row["now"]), "last_sequence": sent, "survey_web_ready": True}])
    conn.execute(
        "INSERT INTO process_status (process, instance, beat_at, detail) VALUES ('consumer', 'bench', %s, %s)",
        [row["now"] + timedelta(hours=1), Jsonb({"ready": True})],
    )


def _time(session: requests.Session, address: str, window: str, rounds: int) -> Figure:
    """The response's time on loopback, of one browser at a time, after a few to warm up."""
    times = []
    for _ in range(rounds + 5):
        answer = session.get(address, params={"window": window}, timeout=30)
        answer.raise_for_status()
        assert "States cannot be shown" not in answer.text, answer.text
        times.append(1000 * answer.elapsed.total_seconds())
    middle, slow = median(times[5:]), quantiles(times[5:], n=20)[-1]
    return Figure(
        f"journey page, {window}: 60 series, a year of days, 10 million answers",
        f"{middle:.0f} ms",
        f"{slow:.0f} ms the slowest twentieth",
        None,
        f"< {MOST_MS} ms",
        middle < MOST_MS,
        "half of it the service's own: scores, noise of days, the template; the rest PostgreSQL and alerts",
    )


def _weight(session: requests.Session, root: str, path: str) -> int:
    """Bytes of the page and all it loads, each gzipped."""
    page = session.get(root + path, timeout=30)
    page.raise_for_status()
    bodies = [page.content]
    for address in sorted(set(ASSETS.findall(page.text))):
        asset = session.get(root + address, timeout=30)
        asset.raise_for_status()
        bodies.append(asset.content)
    return sum(len(gzip.compress(body, 6)) for body in bodies)


def _weighed(name: str, number: int) -> Figure:
    kilobytes = number / 1000
    limit = "gzip is the gateway's; without charts nothing but style sheets and a small script"
    return Figure(f"weight of the {name}, gzipped", f"{kilobytes:.0f} kB", "", None, f"< {MOST_KB} kB",
                  kilobytes < MOST_KB, limit)  # fmt: skip


def _document() -> dict[str, Any]:
    stages = [
        {
            "key": f"stage-{s}",
            "name": f"Stage {s}",
            "owner": "ana",
            "targets": [{"metric": "nps", "audience": "customer", "score": 40}],
            "touchpoints": [
                {"key": f"point-{t}", "name": f"Touchpoint {t}", "moment_of_truth": t == 0, "pain_points": ["Waiting"]}
                for t in range(TOUCHPOINTS)
            ],
        }
        for s in range(STAGES)
    ]  # fmt: skip
    surveys = [
        {"survey": f"survey-{s}-{t}", "stage": f"stage-{s}", "touchpoint": f"point-{t}", "metric": "nps",
         "audience": "customer", "revision": 1, "reasons": []}
        for s in range(STAGES) for t in range(TOUCHPOINTS)
    ]  # fmt: skip
    return {"journey": KEY, "revision": 1, "name": "A busy journey", "owner": "ana", "personas": [], "segments": [],
            "stages": stages, "surveys": surveys}  # fmt: skip
