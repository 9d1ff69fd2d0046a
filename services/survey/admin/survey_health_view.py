"""What the health of a survey looks like: displays and answers over days, and what its rules keep back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from services.survey.response_rate import response_rate
from shared.web.charts import Chart, Line
from shared.wording import share

Row = Mapping[str, Any]


def rate_chart(survey: str, rows: Iterable[Row], first: date, last: date) -> Chart:
    """Answers of every hundred displays, day by day from `first` to `last`; rows: {day, shown, answered, …}."""
    by_day = {row["day"]: row for row in rows}
    steps = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    counts = [by_day.get(day, {"shown": 0, "answered": 0}) for day in steps]
    rates = [_percent(response_rate(row)) for row in counts]
    known = [rate for rate in rates if rate is not None]
    return Chart(
        title="Response rate",
        summary=_summary(counts),
        file=f"{survey}-response-rate",
        steps=steps,
        columns=("Day", "Displays", "Answers", "Response rate, %"),
        rows=[
            (day, row["shown"], row["answered"], rate)
            for day, row, rate in zip(steps, counts, rates, strict=True)
        ],
        lowest=0,
        highest=min(100, max(10, *(known or [0])) * 1.15),
        lines=[Line("response rate", rates)] if known else [],
        unit="%",
        unfinished=bool(known),
        empty="" if known else "No displays in these days.",
    )


def kept_back(document: Mapping[str, Any], rest_days: int, *, moment_of_truth: bool) -> list[str]:
    """In words, whom the survey's rules leave in peace."""
    fatigue = document.get("fatigue") or {}
    days = fatigue.get("cooldown_days") or 0
    found = [
        f"It asks the same person again only after {_days(days)}."
        if days
        else "It asks the same person on every visit."
    ]
    if "sample_rate" in fatigue:
        found.append(f"It asks {share(fatigue['sample_rate'])} of people, always the same ones.")
    rest = min(rest_days, 1) if moment_of_truth else rest_days
    if rest:
        why = " (a moment of truth goes first)" if moment_of_truth and rest < rest_days else ""
        found.append(
            f"Whom any survey asked is left in peace for {_days(rest)}{why}, where we know who it is."
        )
    found.append(
        "Who closed it unanswered is not asked for 30 days, or longer where the pause above is longer."
    )
    return found


def revisions(rows: Sequence[Row], survey: str, current: int) -> list[dict[str, Any]]:
    """[{revision, live_from}] of the survey, the newest first; one that was never live has None."""
    live = {row["revision"]: row["live_from"] for row in rows if row["survey"] == survey}
    return [
        {"revision": number, "live_from": live.get(number)}
        for number in sorted({*live, current}, reverse=True)
    ]


def _summary(counts: Sequence[Row]) -> str:
    total = {name: sum(row[name] for row in counts) for name in ("shown", "answered")}
    rate = response_rate(total)
    if rate is None:
        return "It was not displayed in a page in these days."
    return (
        f"{total['answered']:,} answers of {total['shown']:,} displays in {len(counts)} days: {share(rate)}."
    )


def _percent(rate: float | None) -> float | None:
    return None if rate is None else 100 * rate


def _days(number: int) -> str:
    return "a day" if number == 1 else f"{number:,} days"
