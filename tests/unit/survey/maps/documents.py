"""Journeys' documents as hypothesis draws them: what a PUT may store, with fields left out, empty and null."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

KEY = st.sampled_from([f"k{number}" for number in range(12)])
TEXT = st.text("aé \n·-'\"<", max_size=12)
NAME = st.text("aé -'<", min_size=1, max_size=12)
SCORE = st.one_of(st.integers(0, 100), st.floats(0, 100).map(lambda score: round(score, 3)))


def _some(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


def _or_null(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), texts)


WHOLE_TOUCHPOINT = _some(
    {"key": KEY},
    name=NAME,
    moment_of_truth=st.booleans(),
    channel=_or_null(NAME),
    customer_goal=_or_null(TEXT),
    actions=_or_null(TEXT),
    feelings=_or_null(TEXT),
    pain_points=st.lists(TEXT, max_size=3),
    current=_or_null(TEXT),
    desired=_or_null(TEXT),
)
# For surgery, which does not look into fields: quicker to draw.
TOUCHPOINT = _some({"key": KEY}, name=NAME, pain_points=st.lists(NAME, max_size=2))
TARGETS = st.lists(
    _some({"metric": st.sampled_from(["nps", "csat", "ces"]), "score": SCORE}, audience=st.just("employee")),
    max_size=3,
    unique_by=lambda target: (target["metric"], target.get("audience")),
)


def stages(touchpoint: st.SearchStrategy[dict[str, Any]], **more: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A stage with such touchpoints."""
    points = st.lists(touchpoint, max_size=3, unique_by=lambda point: point["key"])
    return _some({"key": KEY}, touchpoints=points, owner=_or_null(KEY), **more)


def journeys(stage: st.SearchStrategy[dict[str, Any]], **more: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A journey with such stages."""
    return _some({"name": NAME}, stages=st.lists(stage, max_size=4, unique_by=lambda one: one["key"]), **more)


STAGE = stages(TOUCHPOINT)
JOURNEY = journeys(STAGE)
WHOLE_JOURNEY = journeys(
    stages(WHOLE_TOUCHPOINT, name=NAME, targets=TARGETS),
    owner=_or_null(KEY),
    personas=st.lists(NAME, max_size=3),
    segments=st.lists(KEY, max_size=5, unique=True),
)


def every_place(document: dict[str, Any]) -> list[tuple[str, ...]]:
    """The journey, its stages and touchpoints."""
    found: list[tuple[str, ...]] = [()]
    for stage in document.get("stages") or []:
        found.append((stage["key"],))
        found += [(stage["key"], point["key"]) for point in stage.get("touchpoints") or []]
    return found
