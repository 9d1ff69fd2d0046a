"""Detectors and their day sums made anew from the log and the decisions, bit for bit what the consumers made live.

It opens, closes and sends nothing: incidents, notifications and what people decided stay as they are. All of it is
one transaction that holds the positions, so running consumers wait for it and then go on from where they stood.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import tzinfo

from services.alerts.detection import Opening, Win
from services.alerts.handler import save
from services.alerts.store import decisions, rebuilding
from services.alerts.store.detectors import Place
from services.alerts.watch import Watch
from shared import dead_letters, positions, replay
from shared.db import Connection, fingerprints
from shared.events import RESPONSES
from shared.replay import Progress, Rebuilt, Span
from shared.settings import Settings

Told = set[tuple[Place, int]]


def rebuild(conn: Connection, source: Connection, settings: Settings, progress: Progress) -> Rebuilt:
    """Rebuild in the caller's transaction. `source` reads the survey's log, in a transaction too.

    Raises replay.LogIncomplete.
    """
    known = {key: position.last_sequence for key, position in positions.lock_all(conn).items()}
    before = fingerprints(conn, rebuilding.HELD)
    ends = _ends(known, rebuilding.watched(conn))
    progress.begin(sum(ends.values()))
    rebuilding.empty(conn)
    found: dict[str, Told] = {"incident": set(), "win": set()}
    merged = 0
    # What was redriven stays where it died: the decision that brought it back says when it came.
    for span in replay.spans(ends, dead_letters.consumed(conn, RESPONSES)):
        placed = decisions.placed(conn, span.key)
        watch = _replay(conn, source, span, deque(placed), settings.report_tz, progress)
        for what, kind in (("incident", Opening), ("win", Win)):
            found[what] |= {(place, one.sequence) for place, one in watch.changes if isinstance(one, kind)}
        merged += len(placed)
    moved = {key: end for key, end in ends.items() if known.get(key) != end}
    replay.settle(conn, moved)
    tables = replay.compared(before, fingerprints(conn, rebuilding.HELD))
    stored = {"incident": rebuilding.openings(conn), "win": rebuilding.wins(conn)}
    remarks = tuple(remark for what in found for remark in _remarks(what, found[what], stored[what]))
    return Rebuilt(sum(ends.values()), tables, moved, merged, remarks)


def _ends(positioned: dict[str, int], watched: dict[str, int]) -> dict[str, int]:
    """How far to replay each key: to its position, and never less far than alerts is known to have come.

    Where the position is lost, what lies above is left to the consumers: they go through it as they did then, so they
    open nothing that they did not open then, and what nobody watched yet is still watched.
    """
    return {
        key: max(positioned.get(key, 0), watched.get(key, 0)) for key in positioned.keys() | watched.keys()
    }


def _replay(
    conn: Connection,
    source: Connection,
    span: Span,
    placed: deque[decisions.Placed],
    zone: tzinfo,
    progress: Progress,
) -> Watch:
    """One key from its first event: the decisions merged in where they were applied, then all of it written."""
    watch = Watch(zone, replaying=True)
    for part in replay.parts(source, span):
        for event in part.responses:
            _decide(watch, placed, before=event[1]["sequence"])
            watch.take((event,))
        dead_letters.keep(conn, part.letters)
        progress.add(part.sequences)
    _decide(watch, placed, before=span.last + 1)
    watch.replaying = False
    watch.share(span.key, span.last)  # changes nothing, unless decisions were taken on emptied tables
    save(conn, watch)
    return watch


def _remarks(what: str, found: Told, stored: Told) -> Iterator[str]:
    """None, unless the detector is not the one that ran live, or somebody deleted incidents or wins."""
    for place, sequence in sorted(found - stored):
        yield f"{' '.join(place)}: the log has the {what} of event {sequence}, which is not stored"
    for place, sequence in sorted(stored - found):
        yield f"{' '.join(place)}: the log does not have the stored {what} of event {sequence}"


def _decide(watch: Watch, pending: deque[decisions.Placed], *, before: int) -> None:
    while pending and pending[0].after_sequence < before:
        decision = pending.popleft()
        journey, stage = decision.key.split("/")
        place = (journey, stage, decision.metric, decision.audience)
        watch.decide(place, decision.kind, decision.payload, decision.after_sequence, decision.place)
