"""A journey with two surveys, straight into the tables, for tests that don't go through HTTP."""

from __future__ import annotations

from psycopg.types.json import Json

from shared.db import Connection

JOURNEY = {
    "name": "Shop",
    "segments": ["region"],
    "stages": [{"key": "delivery", "touchpoints": [{"key": "handover"}, {"key": "invoice"}]}],
}


def add_map(conn: Connection) -> None:
    """Journey shop with the live surveys delivery-nps (handover) and invoice-csat (invoice)."""
    conn.execute("INSERT INTO journey (journey, document) VALUES ('shop', %s)", [Json(JOURNEY)])
    for survey, touchpoint, metric in (
        ("delivery-nps", "handover", "nps"),
        ("invoice-csat", "invoice", "csat"),
    ):
        document = {"question": {"en": "How was it?"}, "reasons": [{"key": "late", "label": {"en": "Late"}}]}
        conn.execute(
            """INSERT INTO survey (survey, journey, stage, touchpoint, metric, audience, status, document)
               VALUES (%s, 'shop', 'delivery', %s, %s, 'customer', 'live', %s)""",
            [survey, touchpoint, metric, Json(document)],
        )
