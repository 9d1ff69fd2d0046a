"""A survey as one customer sees it: in one language, without anything that is not theirs to see. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.survey.catalogues import translator
from services.survey.definition import Definition
from services.survey.eligibility import Decision
from services.survey.phrases import widget_texts

RIGHT_TO_LEFT = frozenset(("ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"))
HIDDEN_BECAUSE = {
    "draft": "the survey is not live yet",
    "paused": "the survey is paused",
    "archived": "the survey has ended",
}


def choose_lang(available: Iterable[str], wanted: Iterable[str]) -> str:
    """The best of the available language tags: the first wanted one that is there, exactly or by its main part.

    Where none is, the first available one.
    """
    offered = list(available)
    for tag in wanted:
        for candidate in (tag, tag.split("-")[0]):
            for offer in offered:
                if candidate.lower() in (offer.lower(), offer.split("-")[0].lower()):
                    return offer
    return offered[0]


def text(texts: dict[str, Any] | None, lang: str) -> Any:
    """The text in `lang`, else in the first language there is, else None."""
    if not texts:
        return None
    return texts.get(lang) or next(iter(texts.values()))


def decided(shown: dict[str, Any], decision: Decision, *, explain: bool) -> dict[str, Any]:
    """The form after the rules were asked: hidden with the reason, or shown with where its steps are counted."""
    rules = [{"passed": verdict.passed, "text": verdict.text} for verdict in decision.verdicts]
    more: dict[str, Any] = {"explain": rules} if explain else {}
    if decision.show:
        return shown | {"counts": f"v1/surveys/{shown['survey']}/impressions"} | more
    return shown | {"show": False, "hidden_because": decision.because} | more


def form(definition: Definition, wanted: Iterable[str]) -> dict[str, Any]:
    """What a widget or page needs: show, hidden_because (where it is not shown), and the question in one language."""
    document = definition.document
    lang = choose_lang(document["question"], wanted)
    hidden = HIDDEN_BECAUSE.get(definition.status)
    low, high = definition.scale
    return {
        "show": hidden is None,
        **({"hidden_because": hidden} if hidden else {}),
        "survey": definition.survey,
        "revision": definition.revision,
        "metric": definition.metric,
        "scale": {"low": low, "high": high},
        "lang": lang,
        "dir": "rtl" if lang.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr",
        "question": document["question"][lang],
        "labels": text(document.get("labels"), lang),
        "follow_up": text(document.get("follow_up"), lang),
        "reasons": [
            {"key": reason["key"], "label": text(reason.get("label"), lang) or reason["key"]}
            for reason in document.get("reasons") or []
        ],
        "thanks": text(document.get("thanks"), lang),
        "ask_contact": text((document.get("follow_ups") or {}).get("ask_contact"), lang),
        "privacy_url": document.get("privacy_url"),
        "texts": widget_texts(definition.metric, translator(lang)),
    }
