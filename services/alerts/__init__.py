"""alerts: tells the owner of a stage when it really degrades, and keeps the incident to its end."""

from pathlib import Path

from shared.db import Schema

SCHEMA = Schema("alerts", Path(__file__).parent / "migrations", ("process", "receiver"))
