"""A shop with twenty weeks of answers until last Sunday, in whose last week the courier's hand-over was bad."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random

from services.alerts.reviews.weeks import Week
from shared.settings import Settings
from tests.integration.alerts import test_cause_in_mail as scripted
from tests.integration.alerts.feed import ZONE
from tests.unit.aggregator.events import Event, recorded

RETURNS = ("shop", "returns", "handover", "returns-ces", "ces", "customer")
EMPLOYEES = ("shop", "delivery", "handover", "courier-nps", "nps", "employee")


def last_week() -> Week:
    return Week.last_whole(datetime.now(ZONE).date())


def answers(settings: Settings) -> list[Event]:
    """Twenty of customers a day at Delivery, three a day at Returns, and two of employees, who were as unhappy."""
    random, made, week = Random(5), [], last_week()
    for back in reversed(range(140)):
        day = week.sunday - timedelta(days=back)
        at = datetime.combine(day, time(12), settings.report_tz)
        bad = day >= week.monday
        weights = (1, 1, 8) if bad else (6, 2, 2)
        for place, count in ((scripted.HANDOVER, 20), (EMPLOYEES, 2)):
            scores = random.choices((10, 8, 3), weights, k=count)
            made += [recorded(place, one, at=at + timedelta(minutes=n)) for n, one in enumerate(scores)]
        made += [recorded(RETURNS, random.choice((2, 6, 7)), at=at) for _ in range(3)]
    return made


def count(settings: Settings) -> None:
    """Have the aggregator know them."""
    scripted.count(settings, answers(settings))
