"""When the customer of a case is asked how it went: once, after it was solved, by the survey that the case's survey
names for it. The worker mails it (`recovery_mails`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.survey.store import contact_details, recoveries, surveys
from shared.db import Connection


def after_change(conn: Connection, case: Mapping[str, Any]) -> None:
    """Plan the mail where the case, as it is now, was solved for somebody who left a contact."""
    if case["state"] != "resolved" or case["outcome"] != "solved" or case["answer_id"] is None:
        return
    survey = surveys.find(conn, case["survey"])
    asked = ((survey["document"] if survey else {}).get("follow_ups") or {}).get("recovery_survey")
    if asked and surveys.find(conn, asked) and contact_details.find(conn, case["answer_id"]):
        recoveries.plan(conn, case["id"], asked)
