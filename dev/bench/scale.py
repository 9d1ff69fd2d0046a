"""How much is measured: enough to trust the figures, or just enough to see that everything still works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Sizes of one run. Rounds are the turns A/B; the median of their ratios counts."""

    rounds: int
    ingest_seconds: float
    connections: int
    events: int
    import_rows: int
    latency_seconds: float
    answers_a_second: int
    stages: int


FULL = Scale(
    rounds=3,
    ingest_seconds=8,
    connections=16,
    events=300_000,
    import_rows=80_000,
    latency_seconds=30,
    answers_a_second=200,
    stages=40,
)
QUICK = Scale(
    rounds=1,
    ingest_seconds=1,
    connections=8,
    events=30_000,
    import_rows=3_000,
    latency_seconds=5,
    answers_a_second=100,
    stages=5,
)
