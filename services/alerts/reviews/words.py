"""A review in words, for its page, its mail and whoever reads the JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from services.alerts.views import effect_words, places
from shared import wording

Row = Mapping[str, Any]
_OUTCOMES = {"fixed": "fixed", "new_normal": "taken as the new normal", "false_alarm": "called a false alarm"}


def headline(document: Row) -> str:
    """Shop, week 47: 2 changed beyond noise, 1 incident open, 1 win."""
    week = document["week"].partition("-W")[2].lstrip("0")
    return f"{document['name']}, week {week}: {summary(document)}"


def summary(document: Row) -> str:
    """2 changed beyond noise, 1 incident open, 1 win."""
    quiet = "nothing changed beyond noise" if document["changes"] else "nothing to tell yet"
    return ", ".join(_counts(document)) or quiet


def sentences(document: Row) -> list[str]:
    """What the week brought: one sentence a thing, the parts in the order of the page; what did not come is said."""
    return [*_changes(document), *_open(document), *_done(document), *_found(document)]


def held(changes: Row) -> str:
    """How the list is kept from noise."""
    n = changes["compared"]
    series = "One series was compared with its own"
    series = series if n == 1 else f"{n} series were compared, each with its own"
    new = changes["too_new"]
    young = f" {new} more {'is' if new == 1 else 'are'} too new for it." if new else ""
    return (
        f"{series} {changes['past_weeks']} weeks before, by how days and weeks differ there. All are held together"
        f" (Benjamini-Hochberg, {wording.share(changes['rate'])}): of weeks in which nothing happens, at most one in"
        f" ten lists anything.{young}"
    )


def change(one: Row) -> str:
    """Delivery NPS: 22, usually 41: −19 (−25 to −13), 240 answers."""
    score, usual = (wording.score(one["metric"], one[name]) for name in ("score", "usual"))
    interval = f"{wording.signed(one['change_low'])} to {wording.signed(one['change_high'])}"
    size = f"{wording.signed(one['change'])} ({interval})"
    return f"{measured(one)}: {score}, usually {usual}: {size}, {wording.answers(one['n'])}"


def incident(one: Row) -> str:
    """Delivery NPS is 19 lower, open for 5 days."""
    drop = f" {one['drop']} lower," if one["drop"] is not None and one["drop"] > 0 else ""
    return f"{measured(one)}{':' if drop else ''}{drop} {lasting(one)}"


def lasting(one: Row) -> str:
    """open for 5 days, resolved after 12 days: fixed."""
    days = one["days_open"]
    span = "less than a day" if days == 0 else f"{days} day{'' if days == 1 else 's'}"
    if one["state"] != "resolved":
        return f"{one['state']} for {span}" if one["state"] == "open" else f"acknowledged, open for {span}"
    return f"resolved after {span}" + (f": {_OUTCOMES[one['outcome']]}" if one["outcome"] else "")


def action(one: Row) -> str:
    """Live map (Delivery): worked, +8 (+3 to +13)."""
    word = verdict(one)[1].lower()
    more = f", about {one['about_days_more']} more days" if one["about_days_more"] else ""
    size = effect(one)
    return f"{one['title']} ({one['stage_name']}): {word}{', ' + size if size else ''}{more}"


def verdict(one: Row) -> tuple[str, str, str]:
    """Symbol, word and kind; of an action nobody has measured, none yet."""
    return effect_words.mark(one if one["verdict"] else None)


def effect(one: Row) -> str:
    """+8 (+3 to +13), or nothing while it is not measured."""
    return effect_words.size(one)


def win(one: Row) -> str:
    """Returns CES is up 9 to 74 %, thanks to: Free returns (Ben)."""
    score = f" to {wording.score(one['metric'], one['score'])}" if one["score"] is not None else ""
    rise = f" {one['rise']}" if one["rise"] else ""
    behind = "; ".join(thanked(each) for each in one["thanks"])
    return f"{measured(one)} is up{rise}{score}" + (f", thanks to: {behind}" if behind else "")


def thanked(one: Row) -> str:
    """Free returns (Ben)."""
    return f"{one['title']} ({one['owner_name']})" if one["owner_name"] else str(one["title"])


def measured(one: Row) -> str:
    """Delivery NPS."""
    return f"{one['stage_name']} {places.METRICS[one['metric']]}"


def _counts(document: Row) -> Iterator[str]:
    changes = document["changes"]
    if changes and changes["items"]:
        yield f"{len(changes['items'])} changed beyond noise"
    open_ = sum(one["state"] != "resolved" for one in document["incidents"])
    if open_:
        yield f"{open_} incident{'' if open_ == 1 else 's'} open"
    overdue = document["follow_ups"]["overdue"]
    if overdue:
        yield f"{overdue} follow-up{'' if overdue == 1 else 's'} overdue"
    wins = len(document["wins"])
    if wins:
        yield f"{wins} win{'' if wins == 1 else 's'}"


def _changes(document: Row) -> Iterator[str]:
    changes = document["changes"]
    if changes is None:
        yield "What changed beyond noise is not known: the scores did not come."
    elif changes["items"]:
        yield from (f"Changed beyond noise: {change(one)}." for one in changes["items"])
    else:
        yield "Nothing changed beyond noise."


def _open(document: Row) -> Iterator[str]:
    yield from (f"Incident: {incident(one)}." for one in document["incidents"])
    overdue = document["follow_ups"]["overdue"]
    if overdue:
        oldest = document["follow_ups"]["items"][0]["days_overdue"]
        yield f"{overdue} follow-up{' is' if overdue == 1 else 's are'} overdue, the oldest by {_days(oldest)}."


def _done(document: Row) -> Iterator[str]:
    yield from (f"Action: {action(one)}." for one in document["actions"]["items"])
    yield from (f"Win: {win(one)}." for one in document["wins"])


def _found(document: Row) -> Iterator[str]:
    for name in ("green_inside_red_outside", "employees"):
        yield from (str(one["in_words"]) for one in document[name] or ())
    few, blind = document["too_few_answers"] or (), document["blind_spots"]
    if few:
        named = ", ".join(f"{measured(one)} ({one['n']})" for one in few[:5])
        yield f"Too few answers to tell: {named}{_more(few)}."
    if blind:
        named = ", ".join(f"{one['name']} ({one['stage_name']})" for one in blind[:5])
        yield f"Nobody asks about: {named}{_more(blind)}."


def _more(found: Any) -> str:
    return f" and {len(found) - 5} more" if len(found) > 5 else ""


def _days(days: int) -> str:
    return "less than a day" if days < 1 else f"{days} day{'' if days == 1 else 's'}"
