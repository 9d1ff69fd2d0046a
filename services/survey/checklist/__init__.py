"""The setup checklist: from what is known of the installation, which steps are done and what to do next. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from services.survey.checklist.collecting import display_step, key_step, map_step, survey_step
from services.survey.checklist.facts import LOOK, TODO, UNKNOWN, Facts, Step, count
from services.survey.checklist.telling import backtest_step, check_step, import_step, message_step, owner_step

_STEPS = (
    key_step,
    map_step,
    survey_step,
    display_step,
    owner_step,
    message_step,
    import_step,
    check_step,
    backtest_step,
)


def steps(facts: Facts) -> list[Step]:
    """The steps in their order."""
    return [step(facts) for step in _STEPS]


def next_step(listed: Sequence[Step]) -> Step | None:
    """The first step that is open and not optional; None where all are done."""
    return next((step for step in listed if step.state == TODO and not step.optional), None)


def summary(listed: Sequence[Step]) -> str:
    """One sentence over the list: 3 steps to go, 1 to look at."""
    open_ = sum(step.state == TODO and not step.optional for step in listed)
    look, unknown = (sum(step.state == state for step in listed) for state in (LOOK, UNKNOWN))
    if not open_ + look + unknown:
        return "Everything is set up. The list goes on looking: what breaks shows here."
    found = [f"{count(open_, 'step')} to go"] if open_ else []
    found += [f"{look} to look at"] if look else []
    found += [f"{unknown} not known right now"] if unknown else []
    return f"{', '.join(found)}."


def is_new(facts: Facts) -> bool:
    """Whether nothing is set up but the key with which somebody came in."""
    return not facts.journeys and not facts.surveys
