"""Freshness as HTTP says it. Pure: what was judged in, JSON out."""

from __future__ import annotations

from typing import Any

from shared.freshness import Freshness


def document(found: Freshness) -> dict[str, Any]:
    """{as_of, behind_seconds, late, why, gaps[{journey, stage, since, after_sequence}], survey_web_ready}."""
    return {
        "as_of": found.as_of,
        "behind_seconds": None if found.behind is None else found.behind.total_seconds(),
        "late": found.late,
        "why": found.why,
        "gaps": [
            {"journey": one.journey, "stage": one.stage, "since": one.gap_at, "after_sequence": one.after}
            for one in found.gaps
        ],
        "survey_web_ready": found.survey_web_ready,
    }
