"""Each step of the setup checklist, from nothing to all done, and what goes wrong on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from services.survey.checklist import is_new, next_step, steps, summary
from services.survey.checklist.facts import Checked, Facts, Step, Told

SHOP = {
    "name": "Shop",
    "owner": "ana",
    "stages": [
        {"key": "order", "touchpoints": [{"key": "basket"}]},
        {"key": "delivery", "touchpoints": [{"key": "door"}]},
    ],
}


def survey(
    key: str, status: str = "live", stage: str = "order", touchpoint: str = "basket"
) -> dict[str, Any]:
    return {"survey": key, "journey": "shop", "stage": stage, "touchpoint": touchpoint, "status": status}


def sent(owner: str, state: str, number: int = 0, detail: str = "") -> dict[str, Any]:
    channel = {"kind": "apprise", "number": number}
    return {"owner": owner, "state": state, "channel": channel, "attempts": [{"detail": detail}]}


IMPORT = {
    "id": "7",
    "file_name": "old.csv",
    "state": "done",
    "accepted": 12_340,
    "rows": 12_345,
    "rejected": 5,
    "message": None,
}
EVERYTHING = Facts(
    keys=Counter(admin=1, collector=2),
    journeys={"shop": SHOP},
    surveys=[survey("basket-nps"), survey("door-nps", stage="delivery", touchpoint="door")],
    shown=frozenset({"basket-nps"}),
    answered=frozenset({"door-nps"}),
    owners=Told([{"owner": "ana", "name": "Ana", "unreachable": None}]),
    tests=Told([sent("ana", "sent")]),
    imported=IMPORT,
    tested=Checked(2, "Thursday 13 Nov, 14:00 CET", 9, Told(2), Told(9)),
    fallback="team@example.com",
)


def step(facts: Facts, key: str) -> Step:
    return next(one for one in steps(facts) if one.key == key)


def state(facts: Facts, key: str) -> str:
    return step(facts, key).state


def test_a_new_installation_begins_with_the_map() -> None:
    facts = Facts(keys=Counter(admin=1))
    listed = steps(facts)
    assert is_new(facts)
    assert [one.key for one in listed if one.state == "done"] == ["key"]
    first = next_step(listed)
    assert first is not None
    assert (first.key, first.link.path) == ("map", "/admin/journeys?new=1")


def test_with_everything_there_nothing_is_next() -> None:
    listed = steps(EVERYTHING)
    assert {one.key: one.state for one in listed if one.state != "done"} == {"backtest": "hint"}
    assert next_step(listed) is None
    assert summary(listed).startswith("Everything is set up.")
    assert not is_new(EVERYTHING)


def test_a_map_without_touchpoints_is_not_done() -> None:
    facts = replace(EVERYTHING, journeys={"shop": {"name": "Shop", "stages": [{"key": "order"}]}})
    assert (state(facts, "map"), step(facts, "map").link.path) == ("todo", "/admin/journeys/shop")


def test_drafts_are_not_live_and_blind_spots_are_named() -> None:
    facts = replace(EVERYTHING, surveys=[survey("basket-nps", "draft"), survey("old", "paused")])
    found = step(facts, "surveys")
    assert (found.state, found.said) == ("todo", "1 draft, 1 paused.")
    assert found.details == ["At 1 of 2 touchpoints nobody is asked."]


def test_waiting_for_a_display_names_the_survey_and_leads_to_its_snippet() -> None:
    found = step(replace(EVERYTHING, shown=frozenset()), "display")
    assert (found.state, found.said) == ("todo", "Waiting for the first display of ‘basket-nps’.")
    assert found.link.path == "/admin/surveys/basket-nps/install"
    assert "/v1/surveys/basket-nps/form?explain=1" in found.command


def test_a_page_that_is_blocked_is_looked_at() -> None:
    row = {"survey": "door-nps", "origin": "https://www.shop.example", "displays": 14}
    found = step(replace(EVERYTHING, blocked=[row]), "display")
    assert found.state == "look"
    assert found.details == [
        "‘door-nps’: blocked 14 displays from https://www.shop.example. Add it to its origins?"
    ]
    assert [link.path for link in found.more] == ["/admin/surveys/door-nps/install"]


def test_stages_without_an_owner_are_named_with_the_fallback() -> None:
    lost = {
        **SHOP,
        "owner": None,
        "stages": [{"key": "order", "owner": "ana"}, {"key": "delivery", "name": "Delivery"}],
    }
    found = step(replace(EVERYTHING, journeys={"shop": lost}), "owners")
    assert (found.state, found.said) == ("look", "Alerts of 1 stage go to the fallback, team@example.com.")
    assert found.details == ["Delivery has no owner; alerts go to the fallback."]
    nobody = replace(EVERYTHING, owners=Told([]))
    assert state(nobody, "owners") == "todo"
    assert "team@example.com" in step(nobody, "owners").said


def test_an_owner_who_cannot_be_reached_is_looked_at() -> None:
    away = {
        "owner": "ana",
        "name": "Ana",
        "unreachable": {"since": "…", "in_words": "Ana cannot be reached since Tue"},
    }
    found = step(replace(EVERYTHING, owners=Told([away])), "owners")
    assert (found.state, found.details) == ("look", ["Ana cannot be reached since Tue"])


def test_the_newest_test_of_a_channel_counts() -> None:
    def told(*tests: dict[str, Any]) -> Step:
        return step(replace(EVERYTHING, tests=Told(list(tests))), "message")

    assert told(sent("ana", "sent"), sent("ana", "failed")).state == "done"
    failed = told(
        sent("ana", "failed", 1, "Slack answered 404: the webhook was revoked."), sent("ana", "sent")
    )
    assert failed.state == "look"
    assert failed.details == ["To ‘ana’ by apprise: Slack answered 404: the webhook was revoked."]
    assert [told(sent("ana", kind)).state for kind in ("failed", "due")] == ["todo", "todo"]
    assert told().state == "todo"
    assert told().command.endswith("/v1/owners/ana/test")


def test_an_import_that_failed_is_looked_at_and_one_that_runs_is_open() -> None:
    imported = dict(EVERYTHING.imported or {})
    said = {
        kind: step(replace(EVERYTHING, imported=imported | {"state": kind}), "import")
        for kind in ("failed", "running")
    }
    assert said["failed"].state == "look"
    assert (said["running"].state, said["running"].optional) == ("todo", True)
    assert "12,340 of 12,345 rows taken, 5 rejected" in said["running"].said


def test_a_test_answer_is_followed_to_the_score_and_the_detector() -> None:
    def checked(**changes: Any) -> Step:
        return step(replace(EVERYTHING, tested=replace(EVERYTHING.tested, **changes)), "check")

    assert checked().state == "done"
    assert "it is not scored yet" in checked(scored=Told(1)).said
    assert "its detector has not seen it yet" in checked(seen=Told(8)).said
    assert checked(seen=Told(8)).state == "todo"
    assert (checked(stored=0).state, "Send another" in checked(stored=0).said) == ("todo", True)
    away = checked(scored=Told(failure="took longer than 1 s"))
    assert away.state == "unknown"
    assert away.details == [
        "Whether it is scored cannot be shown: the service aggregator took longer than 1 s."
    ]


def test_a_service_that_is_away_leaves_its_steps_unknown_and_the_others_alone() -> None:
    away = Told(failure="does not answer")
    listed = steps(replace(EVERYTHING, owners=away, tests=away))
    assert [one.key for one in listed if one.state == "unknown"] == ["owners", "message"]
    assert next_step(listed) is None


def test_the_sentence_over_the_list_never_says_more_than_is_known() -> None:
    away = Told(failure="does not answer")
    assert summary(steps(replace(EVERYTHING, owners=away))) == "1 not known right now."
    both = replace(
        EVERYTHING, owners=away, surveys=[], tests=Told([sent("ana", "failed", 1), sent("ana", "sent")])
    )
    assert summary(steps(both)) == "2 steps to go, 1 to look at, 1 not known right now."
