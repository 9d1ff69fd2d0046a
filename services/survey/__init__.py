"""Collects: journeys, surveys and the answers that customers give. Schema `survey`."""

from pathlib import Path

from shared.db import Schema

SCHEMA = Schema("survey", Path(__file__).parent / "migrations", ("process", "outbox"))
