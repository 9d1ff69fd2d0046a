"""What moved about the asking: told where it moved beyond noise, and nothing where only days differ."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.alerts.measurement import judged
from services.alerts.messages import asking
from services.alerts.views import truth

ZONE = ZoneInfo("Europe/Berlin")
TODAY = date(2025, 11, 16)  # a Sunday
BEFORE_TO, SINCE_FROM = date(2025, 10, 16), date(2025, 11, 10)
SEEDS = 60
Document = dict[str, Any]


def period(
    random: Random,
    first: date,
    last: date,
    *,
    a_day: Callable[[date], float],
    app: Callable[[date], float] = lambda _: 0.3,
    german: float = 0.6,
) -> Document:
    """Days with about `a_day` answers, of which a share `app` comes from the app and the rest by link."""
    days = []
    for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
        n = max(0, round(random.gauss(a_day(day), a_day(day) ** 0.5)))
        of_app, of_german = (sum(random.random() < share for _ in range(n)) for share in (app(day), german))
        channels = {"app": of_app, "link": n - of_app}
        languages = {"de": of_german, "en": n - of_german}
        if n:
            days.append({"day": day.isoformat(), "answers": n, "channels": channels, "languages": languages})
    return {"from": first.isoformat(), "to": last.isoformat(), "days": days}


def answer(before: Document, since: Document, *wordings: tuple[str, int, str]) -> Document:
    named = [{"survey": s, "revision": r, "live_from": f"{day}T09:00:00Z"} for s, r, day in wordings]
    return {
        "before": before,
        "since": since,
        "wordings": named,
        "response_rate": {"before": 0.25, "since": None},
    }


def usual(
    random: Random, a_day: float = 60, since: Document | None = None, days_before: int = 56
) -> Document:
    """Eight weeks before with half as many answers at weekends, and a week since."""
    before = period(random, BEFORE_TO - timedelta(days=days_before - 1), BEFORE_TO, a_day=weekly(a_day))
    return answer(before, since or period(random, SINCE_FROM, TODAY, a_day=weekly(a_day)))


def weekly(a_day: float) -> Callable[[date], float]:
    return lambda day: a_day / 2 if day.weekday() >= 5 else a_day


def moved(found: Document) -> list[str]:
    named = [one["channel"] for one in found["channels"] if one["moved"]]
    named += [one["language"] for one in found["languages"] if one["moved"]]
    return named + (["volume"] if found["volume"]["moved"] else [])


@pytest.mark.parametrize("a_day", [6, 60, 600])
def test_nothing_moved(a_day: int) -> None:
    found = [judged(usual(Random(seed), a_day), TODAY, ZONE) for seed in range(SEEDS)]
    assert sum(bool(moved(one)) for one in found) <= 6


def test_volume_and_mix_of_restless_days_are_noise() -> None:
    """Days whose number of answers and share of the app differ threefold by themselves."""
    wrong = 0
    for seed in range(SEEDS):
        random = Random(seed)
        how_many = {SINCE_FROM + timedelta(days=n): random.uniform(100, 300) for n in range(-90, 7)}
        of_app = {day: random.uniform(0.15, 0.45) for day in how_many}
        first, third = BEFORE_TO - timedelta(days=55), SINCE_FROM + timedelta(days=2)
        before = period(random, first, BEFORE_TO, a_day=how_many.__getitem__, app=of_app.__getitem__)
        since = period(random, SINCE_FROM, third, a_day=how_many.__getitem__, app=of_app.__getitem__)
        wrong += bool(moved(judged(answer(before, since), TODAY, ZONE)))
    assert wrong <= 6


def test_a_weekend_is_compared_with_weekends() -> None:
    saturday = date(2025, 11, 15)
    for seed in range(10):
        random = Random(seed)
        since = period(random, saturday, saturday, a_day=weekly(600))
        assert moved(judged(usual(random, 600, since), TODAY, ZONE)) == []


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ({"a_day": weekly(60), "app": lambda _: 0.6}, ["app", "link"]),
        ({"a_day": weekly(60), "german": 0.2}, ["de", "en"]),
        ({"a_day": weekly(20)}, ["volume"]),
        ({"a_day": weekly(180)}, ["volume"]),
    ],
)
def test_what_moved_is_named(since: dict[str, Any], expected: list[str]) -> None:
    right = 0
    for seed in range(20):
        random = Random(seed)
        found = judged(usual(random, 60, period(random, SINCE_FROM, TODAY, **since)), TODAY, ZONE)
        right += sorted(moved(found)) == expected
    assert right >= 18


def test_today_is_no_whole_day() -> None:
    random = Random(1)
    since = period(random, SINCE_FROM, TODAY, a_day=lambda day: 3 if day == TODAY else weekly(60)(day))
    assert judged(usual(random, 60, since), TODAY, ZONE)["volume"]["moved"] is False
    only_today = period(random, TODAY, TODAY, a_day=lambda _: 3)
    assert judged(usual(random, 60, only_today), TODAY, ZONE)["volume"]["moved"] is None


def test_silence_since_is_a_moved_volume() -> None:
    nothing = {"from": SINCE_FROM.isoformat(), "to": TODAY.isoformat(), "days": []}
    found = judged(usual(Random(1), 60, nothing), TODAY, ZONE)
    assert (found["volume"]["since"], found["volume"]["moved"]) == (0, True)
    assert {one["moved"] for one in found["channels"]} == {None}


def test_too_little_says_so() -> None:
    found = judged(usual(Random(1), 60, days_before=8), TODAY, ZONE)
    assert found["volume"]["moved"] is None
    empty = {"from": SINCE_FROM.isoformat(), "to": TODAY.isoformat(), "days": []}
    found = judged(answer(empty, empty), TODAY, ZONE)
    assert (found["volume"], found["channels"]) == ({"before": None, "since": 0, "moved": None}, [])
    assert asking.sentence(found, TODAY) == "Measurement: wording unchanged."


def test_wordings_between_the_periods() -> None:
    asked = usual(Random(1)) | answer(
        {}, {}, ("a", 1, "2025-01-01"), ("a", 2, "2025-11-12"), ("b", 1, "2025-11-11"), ("c", 1, "2025-10-01")
    )
    asked |= {name: usual(Random(1))[name] for name in ("before", "since")}
    assert judged(asked, TODAY, ZONE)["wordings"] == [
        {"survey": "a", "revision": 2, "new": False, "since": "2025-11-12"},
        {"survey": "b", "revision": 1, "new": True, "since": "2025-11-11"},
    ]


def test_surveys_of_an_imported_history_are_no_news() -> None:
    asked = usual(Random(1)) | {
        "wordings": [
            {"survey": "a", "revision": 1, "live_from": "2025-11-11T09:00:00Z"},
            {"survey": "a", "revision": 2, "live_from": "2025-11-12T09:00:00Z"},
        ]
    }
    assert [one["revision"] for one in judged(asked, TODAY, ZONE)["wordings"]] == [2]


def measured(**changed: Any) -> Document:
    still = {
        "volume": {"before": 60.2, "since": 58.0, "moved": False},
        "channels": [{"channel": "app", "before": 0.2, "since": 0.21, "moved": False}],
        "languages": [],
        "wordings": [],
        "response_rate": {"before": 0.25, "since": None},
    }
    return still | changed


def test_in_words() -> None:
    assert asking.sentence(None, TODAY) is None
    assert asking.sentence(measured(), TODAY) == "Measurement: volume, channels and wording unchanged."
    app = {"channel": "app", "before": 0.2, "since": 0.45, "moved": True}
    link = {"channel": "link", "before": 0.8, "since": 0.55, "moved": True}
    assert asking.sentence(measured(channels=[link, app]), TODAY) == (
        "Measurement: app answers 20 % → 45 %; volume and wording unchanged."
    )
    reworded = {"survey": "delivery-nps", "revision": 2, "new": False, "since": "2025-11-12"}
    assert asking.sentence(measured(channels=[link, app], wordings=[reworded]), TODAY) == (
        "Measurement: app answers 20 % → 45 %; the question's wording changed on 12 Nov (delivery-nps); "
        "volume unchanged."
    )
    volume = {"before": 60.0, "since": 7.25, "moved": True}
    new = reworded | {"new": True, "since": "2024-11-12"}
    assert asking.sentence(measured(volume=volume, wordings=[new], channels=[]), TODAY) == (
        "Measurement: 60 → 7.2 answers a day; delivery-nps asks since 12 Nov 2024."
    )


def test_the_page_says_what_is_not_known() -> None:
    [fact] = truth.asking_facts(None, TODAY)
    assert (fact.name, fact.values) == ("Measurement", ("The survey service could not be asked.",))
    few = measured(
        volume={"before": None, "since": None, "moved": None},
        channels=[{"channel": "app", "before": None, "since": 1.0, "moved": None}],
    )
    found = {fact.name: fact.values for fact in truth.asking_facts(few, TODAY)}
    assert found["Volume"] == ("Too few whole days to tell",)
    assert found["Channels"] == ("app; before, no answer named its channel",)
    assert found["Languages"] == ("No answer names its language",)
    assert (found["Wording"], found["Response rate"]) == (("Unchanged",), ("25 % before",))


@pytest.mark.parametrize(
    ("before", "since", "words"),
    [
        ((None, None), (0.8, 0.2), "en 80 %, de 20 %; before, no answer named its language"),
        ((0.8, 0.2), (None, None), "No answer names its language; before, en 80 %, de 20 %"),
    ],
)
def test_one_side_that_names_none_is_not_called_too_few(
    before: tuple[float | None, ...], since: tuple[float | None, ...], words: str
) -> None:
    languages = [
        {"language": name, "before": was, "since": now, "moved": None}
        for name, was, now in zip(("en", "de"), before, since, strict=True)
    ]
    facts = truth.asking_facts(measured(languages=languages), TODAY)
    assert [fact.values for fact in facts if fact.name == "Languages"] == [(words,)]


def test_two_counts_of_answers_say_of_when_they_are() -> None:
    incident = {"before": {"n": 17_240}, "since": {"n": 179}, "evidence": 912.4, "budget": 730.0}
    found = {fact.name: fact.values for fact in truth.answers(incident, None, None)}
    assert found == {
        "Answers": ("179 when it opened, against 17,240 before",),
        "Evidence": ("912, where 730 opens an incident",),
    }
    changes = {"before": {"n": 17_240}, "since": {"n": 550}}
    [answers, _] = truth.answers(incident, changes, "Sun 22 Nov 2026, 11:04 CET")
    assert answers.values[0] == "550 by Sun 22 Nov 2026, 11:04 CET, against 17,240 before"
    assert len(answers.values) == 2
