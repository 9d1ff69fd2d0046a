"""Day buckets and maps made anew from the log, bit for bit what the consumers made live.

All of it is one transaction that holds the positions, so running consumers wait for it and then go on from there.
"""

from __future__ import annotations

from services.aggregator import handler
from services.aggregator.periods import Days
from services.aggregator.store import rebuilding
from shared import dead_letters, events, outbox, positions, replay
from shared.batch import Batch
from shared.db import Connection, fingerprints
from shared.positions import Position
from shared.replay import Progress, Rebuilt
from shared.settings import Settings


def rebuild(conn: Connection, source: Connection, settings: Settings, progress: Progress) -> Rebuilt:
    """Rebuild in the caller's transaction. `source` reads the survey's log, in a transaction too.

    Raises replay.LogIncomplete, and SettingsError where REPORT_TZ is not the zone of the stored days.
    """
    known = positions.lock_all(conn)
    handler.require_zone(conn, settings)
    before = fingerprints(conn, rebuilding.HELD)
    ends = _ends(known, outbox.last_sequences(source, events.RESPONSES))
    progress.begin(sum(ends.values()))
    rebuilding.empty(conn)
    days = Days(settings.report_tz)
    for journeys in replay.maps(source):
        handler.apply(conn, Batch(journeys=journeys), days)
    # What was redriven is added at its place in the log instead of when it was: sums are sums.
    for span in replay.spans(ends, dead_letters.missing(conn, events.RESPONSES)):
        for part in replay.parts(source, span):
            handler.apply(conn, Batch(part.responses), days)
            dead_letters.keep(conn, part.letters)
            progress.add(part.sequences)
    moved = {key: end for key, end in ends.items() if key not in known or known[key].last_sequence != end}
    replay.settle(conn, moved)
    tables = replay.compared(before, fingerprints(conn, rebuilding.HELD))
    return Rebuilt(sum(ends.values()), tables, moved)


def _ends(known: dict[str, Position], given: dict[str, int]) -> dict[str, int]:
    """How far to replay each key: to its position; to the end of the log where that is lost or waits for a gap.

    Consumers skip what is in the sums already, so too far does not exist.
    """
    ends = dict(given)
    for key, position in known.items():
        if position.gap_sequence is None:
            ends[key] = position.last_sequence
        else:
            ends[key] = max(position.last_sequence, given.get(key, 0))
    return ends
