"""What a receiver heard from the relay's beats (SQL of `heard` and `heard_beat`): the facts behind `freshness`.

A beat names the last sequence of each key, and the moment before which everything accepted is among them. It is proven
for a key once the receiver's position has reached that sequence: at once, or later, when another process or the next
batch brings the answers. So beats are kept until they are, and looked at when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from shared.db import Connection
from shared.events import parse_time
from shared.freshness import SILENT_SECONDS, Key, Pipe

# A beat from the future would hide all that come until then.
AHEAD = timedelta(seconds=90)
# After an outage a week of beats may come in one poll: so many of them are precise enough.
AT_ONCE = 60


class Beat(NamedTuple):
    """One beat of the relay; `complete_to`: everything accepted before it is in `last_sequence` {key: n}."""

    at: datetime
    complete_to: datetime
    last_sequence: Mapping[str, int]
    survey_web_ready: bool


def take(conn: Connection, told: Iterable[dict[str, Any]]) -> None:
    """Keep the beats of a batch that nobody took yet, in the transaction that saved its positions."""
    beats = sorted(_beat(data) for data in told)
    if not beats:
        return
    last = conn.execute(
        "SELECT beat_at, complete_to, clock_timestamp() AS now FROM heard_beat FOR UPDATE"
    ).fetchone()
    assert last is not None, "the migration writes the one row"
    new = _thinned(
        [beat for beat in beats if beat.at <= last["now"] + AHEAD and beat.at > (last["beat_at"] or _BEGIN)]
    )
    if not new:
        return
    _begin(conn, new[-1].last_sequence, last["complete_to"])
    _keep(conn, new)
    _forget_proven(conn)
    conn.execute(
        "UPDATE heard_beat SET beat_at = %s, complete_to = %s, survey_web_ready = %s",
        [new[-1].at, new[-1].complete_to, new[-1].survey_web_ready],
    )


def pipe(conn: Connection, process: str = "consumer") -> Pipe:
    """What this receiver knows of the way to it; `process` is the one that receives."""
    row = conn.execute(
        """SELECT clock_timestamp() AS now, b.beat_at, b.complete_to, b.survey_web_ready, p.receiver_at,
                  coalesce(p.receiver_ready, false) AS receiver_ready
           FROM heard_beat AS b, (
               SELECT max(beat_at) AS receiver_at,
                      bool_or((detail ->> 'ready')::boolean)
                          FILTER (WHERE beat_at > now() - make_interval(secs => %s)) AS receiver_ready
               FROM process_status WHERE process = %s) AS p""",
        [SILENT_SECONDS, process],
    ).fetchone()
    assert row is not None, "the migration writes the one row"
    return Pipe(**row, keys=tuple(_keys(conn)))


class Behind(NamedTuple):
    """What the last beat named and this receiver has not: in how many keys, and how many events together."""

    keys: int
    events: int


def behind(conn: Connection) -> Behind:
    """How far this receiver is behind the last beat, all keys together."""
    row = conn.execute(
        """SELECT count(*) FILTER (WHERE missing > 0) AS keys, coalesce(sum(missing), 0)::bigint AS events
           FROM (SELECT greatest(max(h.last_sequence) - coalesce(max(p.last_sequence), 0), 0) AS missing
                 FROM heard AS h LEFT JOIN position AS p USING (key) GROUP BY h.key) AS each"""
    ).fetchone()
    assert row is not None
    return Behind(**row)


_BEGIN = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _keys(conn: Connection) -> Iterable[Key]:
    rows = conn.execute(
        """SELECT key, p.gap_at, coalesce(p.last_sequence, 0) AS after,
                  (SELECT h.complete_to FROM heard AS h
                   WHERE h.key = k.key AND h.last_sequence <= coalesce(p.last_sequence, 0)
                   ORDER BY h.last_sequence DESC LIMIT 1) AS complete_to
           FROM (SELECT DISTINCT key FROM heard UNION SELECT key FROM position WHERE gap_at IS NOT NULL) AS k
           LEFT JOIN position AS p USING (key) ORDER BY key"""
    )
    return (Key(**row) for row in rows)


def _beat(data: dict[str, Any]) -> Beat:
    at = parse_time(data["beat_at"])
    complete_to = parse_time(data["complete_to"]) if data.get("complete_to") else at
    return Beat(at, min(at, complete_to), data["last_sequence"], data.get("survey_web_ready") is True)


def _thinned(beats: Sequence[Beat]) -> Sequence[Beat]:
    """At most 60 of them, evenly spread, the last one among them."""
    step = max(1, -(-len(beats) // AT_ONCE))
    return beats[::-step][::-1]


def _begin(conn: Connection, keys: Iterable[str], complete_to: datetime | None) -> None:
    """Keys named for the first time had nothing to send when the beat before this one came."""
    if complete_to is None:
        return
    conn.execute(
        """INSERT INTO heard (key, last_sequence, complete_to)
           SELECT key, 0, %s FROM unnest(%s::text[]) AS new(key)
           WHERE NOT EXISTS (SELECT 1 FROM heard WHERE heard.key = new.key)""",
        [complete_to, list(keys)],
    )


def _keep(conn: Connection, beats: Iterable[Beat]) -> None:
    """A row each key and sequence, with the latest moment a beat gave it."""
    found: dict[tuple[str, int], datetime] = {}
    for beat in beats:
        for place in beat.last_sequence.items():
            found[place] = max(beat.complete_to, found.get(place, beat.complete_to))
    conn.execute(
        """INSERT INTO heard AS h (key, last_sequence, complete_to)
           SELECT * FROM unnest(%s::text[], %s::bigint[], %s::timestamptz[])
           ON CONFLICT (key, last_sequence) DO UPDATE
           SET complete_to = greatest(h.complete_to, excluded.complete_to)""",
        [[key for key, _ in found], [sequence for _, sequence in found], list(found.values())],
    )


def _forget_proven(conn: Connection) -> None:
    """Of what is proven only the last of each key says anything."""
    conn.execute(
        """DELETE FROM heard AS h USING heard AS later, position AS p
           WHERE p.key = h.key AND later.key = h.key AND later.last_sequence > h.last_sequence
             AND later.last_sequence <= p.last_sequence"""
    )
