"""Kafka in: one batch of answers, maps and beats becomes detector states, day sums and incidents in one transaction."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from services.alerts import SCHEMA, follow_ups
from services.alerts.detection import Closing, DaySums, Detector, Opening, Sum, Win, from_json, to_json
from services.alerts.listening import Clock, listen
from services.alerts.remapping import ask_about_maps
from services.alerts.store import decisions, detectors, incidents, maps, wins
from services.alerts.store.heartbeats import now
from services.alerts.watch import Ending, Watch, Watched
from shared import consumer
from shared.batch import Batch
from shared.db import Connection
from shared.events import FOLLOW_UPS, HEARTBEAT, JOURNEYS, RESPONSES
from shared.settings import Settings

GROUP = "alerts"
DAYS_IN_MEMORY = 150_000
REPLACED = "All its surveys were replaced by others: nothing can tell any more whether it is over."
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def run(settings: Settings) -> None:
    """Consume until asked to stop; decisions are applied between batches too."""
    handler = Handler(settings.report_tz)
    topics = (RESPONSES, JOURNEYS, FOLLOW_UPS, HEARTBEAT)
    consumer.run(
        settings, SCHEMA, GROUP, topics, handler.apply, tick=lambda conn: handler.apply(conn, Batch())
    )


class Handler:
    """Remembers detectors between batches; one counts only while the database says it stands where it was left."""

    def __init__(self, zone: tzinfo, clock: Clock = now) -> None:
        self.zone, self.clock = zone, clock
        self._kept: OrderedDict[int, Watched] = OrderedDict()

    def apply(self, conn: Connection, batch: Batch) -> None:
        """One transaction's work; the positions of the batch's keys are locked by the caller."""
        ask_about_maps(conn, maps.keep_journeys(conn, batch.journeys), self.zone, self.clock)
        self._detect(conn, batch)
        follow_ups.take(conn, batch.follow_ups)
        listen(conn, batch, self.clock)

    def _detect(self, conn: Connection, batch: Batch) -> None:
        decided = decisions.lock_keys_with_pending(conn)
        keys = {f"{data['journey']}/{data['stage']}" for _, data in batch.responses} | decided.keys()
        if not keys:
            return
        watch = self._load(conn, keys)
        self._decide(conn, watch, decided)
        watch.take(batch.responses)
        self._save(conn, watch)
        _tell(conn, watch)

    def _load(self, conn: Connection, keys: Iterable[str]) -> Watch:
        known = [
            (id_, kept.version, kept.last_sequence, kept.last_decision) for id_, kept in self._kept.items()
        ]
        rows = detectors.of_keys(conn, keys, known)
        stale = [row["id"] for row in rows if row["state"] is not None]
        sums: dict[int, DaySums] = {id_: DaySums() for id_ in stale}
        for stored in detectors.day_sums(conn, stale) if stale else []:
            revisions = sums[stored.detector].days.setdefault(stored.day, {})
            revisions[stored.survey, stored.survey_revision] = [stored.n, stored.halves, stored.squares]
        watch = Watch(self.zone)
        for row in rows:
            place = (row["journey"], row["stage"], row["metric"], row["audience"])
            watched = self._watched(row, sums)
            watch.stages.setdefault(f"{row['journey']}/{row['stage']}", {})[place] = watched
        return watch

    def _watched(self, row: dict[str, Any], sums: dict[int, DaySums]) -> Watched:
        if row["state"] is not None:
            detector = Detector(from_json(row["state"]), sums[row["id"]])
            place = row["id"], row["version"], row["last_sequence"], row["last_decision"]
            self._kept[row["id"]] = Watched(detector, *place)
        self._kept.move_to_end(row["id"])
        return self._kept[row["id"]]

    def _decide(self, conn: Connection, watch: Watch, decided: dict[str, int]) -> None:
        pending = decisions.pending(conn, decided) if decided else []
        if not pending:
            return
        places = decisions.next_places(conn, len(pending))
        placed = []
        for decision, place in zip(pending, places, strict=True):
            journey, stage = decision.key.split("/")
            after = decided[decision.key]
            where = (journey, stage, decision.metric, decision.audience)
            watch.decide(where, decision.kind, decision.payload, after, place)
            placed.append((decision.id, after, place))
        decisions.place(conn, placed)
        for key in sorted({decision.key for decision in pending}):
            watch.share(key, decided[key])

    def _save(self, conn: Connection, watch: Watch) -> None:
        self._kept |= {watched.id: watched for watched in save(conn, watch) if watched.id is not None}
        self._forget()

    def _forget(self) -> None:
        days = sum(len(kept.detector.sums.days) for kept in self._kept.values())
        while days > DAYS_IN_MEMORY and self._kept:
            days -= len(self._kept.popitem(last=False)[1].detector.sums.days)


def save(conn: Connection, watch: Watch) -> list[Watched]:
    """Write what changed: shares as decisions, states, day sums. The detectors that were touched."""
    _record_shares(conn, watch)
    touched = {place: watched for place in sorted(watch.touched) if (watched := watch.find(place))}
    rows = [
        detectors.Row(one.id, place, one.last_sequence, one.last_decision, to_json(one.detector.state))
        for place, one in touched.items()
    ]
    for place, written in detectors.save(conn, rows).items():
        touched[place].id, touched[place].version = written
    detectors.add_day_sums(conn, [row for one in touched.values() for row in _changed(one)])
    return list(touched.values())


def _record_shares(conn: Connection, watch: Watch) -> None:
    if not watch.shared:
        return
    rows = []
    for share, order in zip(watch.shared, decisions.next_places(conn, len(watch.shared)), strict=True):
        journey, stage, metric, audience = share.place
        placed = (share.kind, share.payload, share.after_sequence, order)
        rows.append(decisions.Placed(f"{journey}/{stage}", metric, audience, *placed))
        watched = watch.find(share.place)
        assert watched is not None
        watched.last_decision = order
    decisions.record(conn, rows)


def _changed(watched: Watched) -> list[detectors.DaySum]:
    assert watched.id is not None
    rows = [
        detectors.DaySum(watched.id, day, survey, revision, *entry)
        for day, revisions in sorted(watched.detector.sums.changed.items())
        for (survey, revision), entry in sorted(revisions.items())
    ]
    watched.detector.sums.changed.clear()
    return rows


def _tell(conn: Connection, watch: Watch) -> None:
    for place, change in watch.changes:
        if isinstance(change, Closing):
            incidents.recover(conn, place, change.opening, _moment(change.at))
            continue
        if isinstance(change, Ending):
            incidents.recover(conn, place, change.opening, change.at, closed_by="map", text=REPLACED)
            continue
        found = _found(change)
        if isinstance(change, Win):
            rate = {"false_wins_per_year": change.false_wins_per_year}
            wins.add(
                conn, place, found | rate | {"found_at": _moment(change.at), "sequence": change.sequence}
            )
            continue
        incidents.open_(
            conn,
            place,
            opened_at=_moment(change.at),
            opening_sequence=change.sequence,
            false_alarms_per_year=change.false_alarms_per_year,
            **found,
        )


def _found(change: Opening | Win) -> dict[str, Any]:
    return {
        "onset": _moment(change.onset),
        "before": _sums(change.before),
        "since": _sums(change.since),
        "evidence": change.evidence,
        "budget": change.budget,
    }


def _sums(total: Sum) -> dict[str, Any]:
    first, last = (
        None if day is None else date.fromordinal(day).isoformat() for day in (total.first, total.last)
    )
    return {"n": total.n, "halves": total.halves, "squares": total.squares, "from": first, "to": last}


def _moment(clock: int) -> datetime:
    return EPOCH + timedelta(microseconds=clock)
