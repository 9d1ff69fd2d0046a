"""A survey's document as the inputs of its form, and back. Pure.

Inputs are named like the paths of a problem's errors (`question.de`, `reasons[0].label.de`), so that each error finds
its input. `languages` and `reason_rows` say which inputs there are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]
Values = dict[str, Any]

TEXTS = ("question", "follow_up", "thanks")
PLACE = ("journey", "stage", "touchpoint")
_WHOLE = re.compile(r"\d{1,9}\Z", re.ASCII)
_SHARE = re.compile(r"\d{1,3}([.,]\d{1,4})?\Z", re.ASCII)
_LANG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}\Z", re.ASCII)
MOST_REASONS, MOST_LANGUAGES = 30, 50
CASES, CASE_NUMBERS = "follow_ups", ("score_at_most", "due_hours")


def languages(document: Document) -> list[str]:
    """The languages in which the survey has any text, the question's first: its first one is the fallback."""
    found = list(document.get("question") or {})
    for name in ("labels", "follow_up", "thanks"):
        found += list(document.get(name) or {})
    for reason in document.get("reasons") or []:
        found += list(reason.get("label") or {})
    found += list((document.get("follow_ups") or {}).get("ask_contact") or {})
    return list(dict.fromkeys(found))


def values(document: Document) -> Values:
    """What the inputs of the form show."""
    langs, reasons = languages(document), document.get("reasons") or []
    found: Values = {"languages": ",".join(langs), "reason_rows": str(len(reasons))}
    found |= {f"{name}.{lang}": "" for name in TEXTS for lang in langs}
    found |= {f"labels.{lang}.{end}": "" for lang in langs for end in ("low", "high")}
    found |= {f"reasons[{index}].label.{lang}": "" for index in range(len(reasons)) for lang in langs}
    for name in TEXTS:
        found |= {f"{name}.{lang}": text for lang, text in (document.get(name) or {}).items()}
    for lang, ends in (document.get("labels") or {}).items():
        found |= {f"labels.{lang}.{end}": ends.get(end, "") for end in ("low", "high")}
    for index, reason in enumerate(reasons):
        found[f"reasons[{index}].key"] = reason["key"]
        for lang, text in (reason.get("label") or {}).items():
            found[f"reasons[{index}].label.{lang}"] = text
    fatigue = document.get("fatigue") or {}
    found |= _case_values(document.get("follow_ups") or {}, langs)
    return found | {
        "place": "/".join(document[name] for name in PLACE),
        "metric": document["metric"],
        "audience": document["audience"],
        "origins": "\n".join(document.get("origins") or []),
        "privacy_url": document.get("privacy_url") or "",
        "cooldown_days": _text(fatigue.get("cooldown_days")),
        "sample_percent": _text(100 * fatigue["sample_rate"]) if "sample_rate" in fatigue else "",
    }


def _case_values(said: Document, langs: list[str]) -> Values:
    found: Values = {f"{CASES}.ask_contact.{lang}": "" for lang in langs}
    found |= {f"{CASES}.ask_contact.{lang}": text for lang, text in (said.get("ask_contact") or {}).items()}
    found |= {f"{CASES}.{name}": _text(said.get(name)) for name in CASE_NUMBERS}
    found[f"{CASES}.assign_to"] = ", ".join(said.get("assign_to") or [])
    return found | {f"{CASES}.recovery_survey": said.get("recovery_survey") or ""}


def languages_of(given: Values) -> list[str]:
    """The languages of a form as it was sent."""
    named = [lang for lang in str(given.get("languages", "")).split(",") if _LANG.match(lang)]
    return list(dict.fromkeys(named))[:MOST_LANGUAGES]


def is_language(tag: str) -> bool:
    """Whether it is written like a language tag: en, pt-BR."""
    return bool(_LANG.match(tag))


def reason_rows(given: Values) -> int:
    """How many reasons a form as it was sent has."""
    text = str(given.get("reason_rows", ""))
    return min(int(text), MOST_REASONS) if _WHOLE.match(text) else 0


def document(before: Document, given: Values) -> Document:
    """`before` with what the form says in place of what the form is about; status stays.

    What is left empty is left out. What cannot be read stays a text, for the rules to refuse.
    """
    langs = languages_of(given)
    found = {name: value for name, value in before.items() if name not in _ABOUT}
    found |= _place(before, given)
    for name in TEXTS:
        found[name] = {lang: text for lang in langs if (text := given.get(f"{name}.{lang}"))}
    found["labels"] = {lang: ends for lang in langs if any((ends := _ends(given, lang)).values())}
    found["reasons"] = [_reason(given, index, langs) for index in range(reason_rows(given))]
    found["origins"] = [line.strip() for line in str(given.get("origins", "")).splitlines() if line.strip()]
    found["privacy_url"] = given.get("privacy_url") or None
    found["fatigue"] = _fatigue(given)
    found[CASES] = _cases(given, langs)
    kept = {name: value for name, value in found.items() if value or name == "question"}
    return {name: kept[name] for name in [*before, *kept] if name in kept}


_ABOUT = (*TEXTS, "labels", "reasons", "origins", "privacy_url", "fatigue", CASES)


def _place(before: Document, given: Values) -> Document:
    parts = str(given.get("place") or "").split("/")
    place = dict(zip(PLACE, parts, strict=True)) if len(parts) == len(PLACE) else {}
    return place | {name: given[name] for name in ("metric", "audience") if given.get(name)}


def _ends(given: Values, lang: str) -> dict[str, str]:
    return {end: given.get(f"labels.{lang}.{end}", "") for end in ("low", "high")}


def _reason(given: Values, index: int, langs: list[str]) -> Document:
    path = f"reasons[{index}]"
    label = {lang: text for lang in langs if (text := given.get(f"{path}.label.{lang}"))}
    return {"key": given.get(f"{path}.key", "")} | ({"label": label} if label else {})


def _fatigue(given: Values) -> Document:
    found: Document = {}
    if days := given.get("cooldown_days"):
        found["cooldown_days"] = int(days) if _WHOLE.match(days) else days
    if percent := given.get("sample_percent"):
        share = percent.replace(",", ".")
        found["sample_rate"] = round(float(share) / 100, 6) if _SHARE.match(percent) else percent
    return found


def _cases(given: Values, langs: list[str]) -> Document:
    found: Document = {}
    for name in CASE_NUMBERS:
        if number := given.get(f"{CASES}.{name}"):
            found[name] = int(number) if _WHOLE.match(number) else number
    owners = str(given.get(f"{CASES}.assign_to") or "").replace(",", " ").split()
    texts = {lang: text for lang in langs if (text := given.get(f"{CASES}.ask_contact.{lang}"))}
    more = {
        "assign_to": owners,
        "recovery_survey": given.get(f"{CASES}.recovery_survey"),
        "ask_contact": texts,
    }
    return found | {name: value for name, value in more.items() if value}


def _text(number: float | None) -> str:
    return "" if number is None else f"{number:.6f}".rstrip("0").rstrip(".")


def without_reason(given: Values, gone: int) -> Values:
    """The form without one of its reasons; those after it move up."""
    found = {name: value for name, value in given.items() if not name.startswith("reasons[")}
    for name, value in given.items():
        if at := re.match(r"reasons\[(\d+)\](.*)", name):
            index = int(at[1])
            if index != gone:
                found[f"reasons[{index - (index > gone)}]{at[2]}"] = value
    return found | {"reason_rows": str(max(0, reason_rows(given) - 1))}


def without_language(given: Values, gone: str) -> Values:
    """The form without one of its languages; the last one stays."""
    left = [lang for lang in languages_of(given) if lang != gone]
    return given | {"languages": ",".join(left)} if left else given


def with_language(given: Values, lang: str, texts: Mapping[str, str]) -> Values:
    """The form with a language more; `texts` are what its empty inputs begin with."""
    found = given | {"languages": ",".join([*languages_of(given), lang])}
    return found | {name: text for name, text in texts.items() if not given.get(name)}
