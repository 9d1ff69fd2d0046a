"""The steps until somebody is told: owners, a test message, an import, the way from end to end, a back-test. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from services.survey.checklist.facts import (
    DONE,
    HINT,
    LOOK,
    NAMED,
    TODO,
    UNKNOWN,
    Checked,
    Facts,
    Link,
    Step,
    count,
    first,
    named,
    size,
)
from services.survey.maps import consequences
from services.survey.maps.view import owner_text


def owner_step(facts: Facts) -> Step:
    step = partial(Step, "owners", "Owners, and who is told", command="journeyloop apply -f owners.yaml")
    link = Link("Owners", "/owners", "alerts")
    if facts.owners.failure:
        said = f"Who the owners are cannot be shown: the service alerts {facts.owners.failure}."
        return step(UNKNOWN, said, link)
    names = {item["owner"]: item["name"] for item in facts.owners.found}
    if not names:
        said = f"No owner yet: every alert goes to the fallback, {facts.fallback}."
        return step(TODO, said, Link("Make the first owner", "/owners?new=1", "alerts"))
    stages = sum(size(document)[0] for document in facts.journeys.values())
    if not stages:
        return step(TODO, f"{count(len(names), 'owner')}, and no stage to answer for yet.", link)
    silent = [item["unreachable"]["in_words"] for item in facts.owners.found if item.get("unreachable")]
    lost = {
        key: list(consequences.unowned(dict(document), names).values())
        for key, document in facts.journeys.items()
    }
    lines = [line for found in lost.values() for line in found]
    if not lines:
        told = named([owner_text(key, names) for key in names], "")
        return step(LOOK if silent else DONE, f"Every stage has an owner: {told}.", link, details=silent)
    said = f"Alerts of {count(len(lines), 'stage')} go to the fallback, {facts.fallback}."
    maps = [_map(key, facts) for key, found in lost.items() if found]
    state = TODO if len(lines) == stages else LOOK
    return step(state, said, link, details=[*first(lines), *silent], more=maps[:NAMED])


def message_step(facts: Facts) -> Step:
    whose = next((item["owner"] for item in facts.owners.found or ()), "OWNER")
    call = f'curl -X POST -H "Authorization: Bearer $ADMIN_KEY" {facts.alerts_url}/v1/owners/{whose}/test'
    step = partial(Step, "message", "A test message", command=call)
    link = Link("Send a test", "/owners", "alerts")
    if facts.tests.failure:
        said = f"What was sent cannot be shown: the service alerts {facts.tests.failure}."
        return step(UNKNOWN, said, link)
    latest = _latest(facts.tests.found)
    failed = [_failure(item) for item in latest if item["state"] == "failed"]
    arrived = sorted({str(item["owner"]) for item in latest if item["state"] == "sent"})
    if arrived:
        said = f"A test arrived at {named(arrived)}."
        return step(LOOK if failed else DONE, said, Link("Owners", "/owners", "alerts"), details=failed)
    if not latest:
        return step(TODO, "No test was sent to any owner yet.", link)
    return step(TODO, "The last test failed." if failed else "A test is on its way.", link, details=failed)


def import_step(facts: Facts) -> Step:
    command = "journeyloop import -f answers.csv -m mapping.json --dry-run"
    step = partial(Step, "import", "Last year’s answers", command=command, optional=True)
    last = facts.imported
    if last is None:
        said = (
            "Nothing is imported. With a year of answers, detectors know from the first day what is normal."
        )
        return step(TODO, said, Link("Import answers", "/imports"))
    counts = f"{last['accepted']:,} of {last['rows']:,} rows taken, {last['rejected']:,} rejected"
    link = Link("The last import", f"/imports/{last['id']}")
    if last["state"] == "done":
        return step(DONE, f"{last['file_name']}: {counts}.", link)
    if last["state"] == "failed":
        return step(LOOK, f"{last['file_name']} failed after {counts}: {last['message']}", link)
    return step(TODO, f"{last['file_name']} is being imported: {counts}.", link)


def check_step(facts: Facts) -> Step:
    step = partial(Step, "check", "From end to end", command="journeyloop check")
    link, tested = Link("State of the pipe", "/status"), facts.tested
    if not tested.last:
        said = "No test answer was sent yet. It goes to a journey of its own, never into your scores."
        return step(TODO, said, link)
    stored = f"A test answer was stored {tested.last}"
    if not tested.stored:
        return step(TODO, f"The last test answer was stored {tested.last}. Send another.", link)
    failures = [
        f"Whether it {done} cannot be shown: the service {service} {told.failure}."
        for done, service, told in (
            ("is scored", "aggregator", tested.scored),
            ("was seen by its detector", "alerts", tested.seen),
        )
        if told.failure
    ]
    if failures:
        return step(UNKNOWN, f"{stored}.", link, details=failures)
    if missing := _missing(tested):
        return step(TODO, f"{stored}; {' and '.join(missing)}.", link)
    return step(DONE, f"{stored}, scored, and seen by its detector.", link)


def backtest_step(facts: Facts) -> Step:
    row = next(iter(facts.surveys), None) or {"journey": "shop", "stage": "delivery"}
    command = f"journeyloop backtest --journey {row['journey']} --stage {row['stage']}"
    step = partial(Step, "backtest", "Back-test", command=command, optional=True)
    if facts.imported is None and not facts.answered:
        said = "Once there are answers, it shows which alarms they would have raised."
        return step(HINT, said, Link("Import answers", "/imports"))
    said = "Shows which alarms the stored answers would have raised, and which ones common rules would have."
    stage = Link("See the stage", f"/journeys/{row['journey']}/stages/{row['stage']}", "aggregator")
    return step(HINT, said, stage)


def _map(journey: str, facts: Facts) -> Link:
    return Link(f"Map of {facts.journeys[journey]['name']}", f"/admin/journeys/{journey}")


def _latest(tests: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The newest test of each channel of each owner."""
    latest: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for item in tests:
        channel = item["channel"]
        latest.setdefault((item["owner"], channel["kind"], channel["number"]), item)
    return list(latest.values())


def _failure(item: Mapping[str, Any]) -> str:
    last = item["attempts"][-1] if item["attempts"] else {}
    return f"To ‘{item['owner']}’ by {item['channel']['kind']}: {last.get('detail') or 'failed'}"


def _missing(tested: Checked) -> list[str]:
    """What has not happened to the last test answer yet."""
    found = []
    if tested.scored.found < tested.stored:
        found.append("it is not scored yet")
    if tested.seen.found < tested.sequence:
        found.append("its detector has not seen it yet")
    return found
