"""What the page of a stage asks and shows, apart from its tables and charts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from services.aggregator.views.words import AUDIENCES, METRICS, floor
from shared import scoring

Measured = tuple[str, str]
WINDOWS = {"7d": "7 days", "28d": "28 days", "90d": "90 days", "365d": "1 year"}
# Fewer answers a day than this are shown by the week, unless asked for by the day.
ENOUGH_A_DAY = 10
DAYS_OF_WEEKS = 28

Links = list[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class Headline:
    """The score of the window with its interval, and its change against the window before (None: none to tell)."""

    score: float | None
    low: float | None
    high: float | None
    n: int
    change: float | None
    beyond_noise: bool
    target: float | None

    @property
    def below_target(self) -> bool:
        """Whether the score, told from enough answers, misses the target."""
        enough = self.n >= scoring.SMALL_SAMPLE
        return enough and None not in (self.score, self.target) and (self.score or 0) < (self.target or 0)


def measured(asked: Iterable[Measured], answered: Mapping[Measured, int]) -> list[Measured]:
    """What is measured at a stage: what live surveys ask or answers came to; customers first, most answers first."""
    return sorted({*asked, *answered}, key=lambda one: (one[1], -answered.get(one, 0), one[0]))


def chosen(among: Sequence[Measured], metric: str | None, audience: str | None) -> Measured:
    """What to show of it: what was asked for, else the first that fits."""
    if metric and audience:
        return metric, audience
    fits = (one for one in among if metric in (None, one[0]) and audience in (None, one[1]))
    return next(fits, (metric or "nps", audience or "customer"))


def step_of(asked: str | None, audience: str, days: int, n: int) -> str:
    """How the window is cut: by day where there are enough answers a day; employees' answers by month only."""
    if audience == "employee":
        return "month"
    if asked:
        return asked
    return "week" if days >= DAYS_OF_WEEKS and n / days < ENOUGH_A_DAY else "day"


def headline(answer: Mapping[str, Any], metric: str, target: float | None) -> Headline:
    """Of what /v1/changes says about the window and the one before. Few answers have no change worth telling."""
    since, before = answer["since"], answer["before"]
    enough = min(since["n"], before["n"]) >= scoring.SMALL_SAMPLE
    low = None if since["low"] is None else max(floor(metric), since["low"])
    high = None if since["high"] is None else min(100.0, since["high"])
    change = answer["change"] if enough else None
    return Headline(since["score"], low, high, since["n"], change, answer["beyond_noise"], target)


def target_of(stage: Mapping[str, Any], metric: str, audience: str) -> float | None:
    """The target the map sets for a metric and audience of a stage."""
    found = (
        t["score"] for t in stage.get("targets", []) if (t["metric"], t["audience"]) == (metric, audience)
    )
    return next(found, None)


def switches(
    path: str, among: Sequence[Measured], shown: Measured, window: str, step: str, asked: str | None
) -> dict[str, Links]:
    """The links that change one thing and keep the others: what is measured, the window, the step."""
    metric, audience = shown
    here = {"metric": metric, "audience": audience, "window": window} | ({"step": asked} if asked else {})

    def to(**changed: str) -> str:
        return f"{path}?{urlencode({**here, **changed})}"

    kept = among if shown in among else [*among, shown]
    return {
        "measured": [
            (to(metric=m, audience=a), f"{METRICS[m]} of {AUDIENCES[a]}", (m, a) == shown) for m, a in kept
        ],
        "window": [(to(window=key), name, key == window) for key, name in WINDOWS.items()],
        "step": []
        if audience == "employee"
        else [(to(step=key), f"By {key}", key == step) for key in ("day", "week")],
    }
