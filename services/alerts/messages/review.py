"""The mail of a review: what the frozen review says, in one column with one button. No customer's words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from services.alerts.messages.compose import Message, text
from services.alerts.messages.section import Section
from services.alerts.reviews import words
from shared.wording import clean

Row = Mapping[str, Any]
REVIEW = "review"
MOST = 12


def message(document: Row, addressee: str | None, because: str, link: str, sent_at: str) -> Message:
    """document: as it was frozen. because: `review` (its schedule names them), journey or fallback."""
    part = section(document, addressee, because, link)
    subject = part.headline
    payload = {
        "type": "review.sent",
        "timestamp": sent_at,
        "data": {"kind": REVIEW, "subject": subject, "link": link, "review": dict(document)},
    }
    chat = f"{subject}\n{next(iter(document['in_words']))}\n{link}"
    return Message(subject, text(part), chat, payload, (part,))


def section(document: Row, addressee: str | None, because: str, link: str) -> Section:
    """The review in words."""
    said = list(document["in_words"])
    if len(said) > MOST:
        said = [*said[:MOST], f"And {len(said) - MOST} more on the page."]
    return Section(
        headline=words.headline(document),
        sentence=_sentence(document, addressee),
        rows=(),
        lines_title="",
        lines=(),
        notes=(*said, *_open_decisions(document)),
        invitation="Open the review",
        link=link,
        why=_why(document, because),
        sure=(words.held(document["changes"]),) if document["changes"] else (),
    )


def _sentence(document: Row, addressee: str | None) -> str:
    first, last = (date.fromisoformat(document[name]) for name in ("from", "to"))
    days = f"{first.day} {first:%b} to {last.day} {last:%b %Y}"
    begun = f"{clean(addressee)}, this is" if addressee else "This is"
    return f"{begun} the week of {document['name']}, {days}, in 15 minutes: decide, and note it on the page."


def _open_decisions(document: Row) -> Iterator[str]:
    open_ = [one for one in document.get("decisions", {}).get("earlier", ()) if one["done_at"] is None]
    for one in open_:
        owner = f" ({clean(one['owner_name'])})" if one["owner_name"] else ""
        due = f", due {_day(one['due_on'])}" if one["due_on"] else ""
        yield f"Decided earlier, not done: {clean(one['text'])}{owner}{due}."


def _day(text_: str) -> str:
    day = date.fromisoformat(text_)
    return f"{day.day} {day:%b %Y}"


def _why(document: Row, because: str) -> str:
    name = document["name"]
    if because == REVIEW:
        return f"You get this every week because the schedule of {name}’s review names you."
    if because == "journey":
        return f"You get this every week because you own {name}."
    return f"You get this every week because nobody of {name} can be reached: this is the fallback address."
