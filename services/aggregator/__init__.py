"""aggregator: adds responses up into day buckets and answers every question about scores."""

from pathlib import Path

from shared.db import Schema

SCHEMA = Schema("aggregator", Path(__file__).parent / "migrations", ("process", "receiver"))
