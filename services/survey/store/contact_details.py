"""SQL of `contact_details`: where customers may be reached who agreed to it. It leaves this schema on no way but pages
and answers for leads, and the recovery mail itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from services.survey.respondents import Pseudonym
from shared.db import Connection

Row = dict[str, Any]


def save(
    conn: Connection,
    answer_id: UUID,
    pseudonym: Pseudonym,
    email: str,
    name: str | None,
    consented_to: str,
    at: datetime,
) -> None:
    """Keep, beside an answer, where its giver may be reached; in place of what was kept before."""
    conn.execute(
        """INSERT INTO contact_details (answer_id, respondent, respondent_key, email, name, consented_to, consented_at)
           VALUES (%s, %s, %s, %s, %s, %s, %s)
           ON CONFLICT (answer_id) DO UPDATE
           SET respondent = EXCLUDED.respondent, respondent_key = EXCLUDED.respondent_key, email = EXCLUDED.email,
               name = EXCLUDED.name, consented_to = EXCLUDED.consented_to, consented_at = EXCLUDED.consented_at""",
        [answer_id, pseudonym.digest, pseudonym.key_id, email, name, consented_to, at],
    )


def find(conn: Connection, answer_id: UUID) -> Row | None:
    """email, name, consented_to, consented_at; None where nobody agreed, or took it back."""
    return conn.execute(
        "SELECT email, name, consented_to, consented_at FROM contact_details WHERE answer_id = %s",
        [answer_id],
    ).fetchone()


def delete(conn: Connection, answer_id: UUID) -> bool:
    """Forget them; False where there were none."""
    done = conn.execute("DELETE FROM contact_details WHERE answer_id = %s", [answer_id])
    return done.rowcount == 1
