"""What keeps a survey from going live, all of it at once, and what to think about before. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.survey.admin.survey_fields import languages
from services.survey.places import place_errors

Errors = dict[str, list[str]]


def obstacles(
    document: Mapping[str, Any],
    journey: Mapping[str, Any] | None,
    schema_errors: Mapping[str, list[str]],
    *,
    any_site: bool,
) -> Errors:
    """{input: [what is wrong]} of a survey that shall go live; empty where nothing keeps it.

    journey: {document, archived}. schema_errors: of the document as a live one, by path. any_site: that no site is
    named is meant so.
    """
    found: Errors = {_input(path): list(texts) for path, texts in schema_errors.items()}
    for lang in languages(dict(document)):
        if not (document.get("question") or {}).get(lang):
            found[f"question.{lang}"] = [f"question.{lang} is missing, though other texts are in {lang}."]
    found.update(_place(document, journey))
    if not document.get("origins") and not any_site:
        found["origins"] = [
            "origins is empty: name the sites that show it, or say below that no site is named on purpose."
        ]
    return found


def thoughts(document: Mapping[str, Any]) -> list[str]:
    """What is allowed, and may still not be meant."""
    asked = list(document.get("question") or {})
    found = []
    for name, said in (("follow_up", "The follow-up"), ("thanks", "The thanks")):
        texts = document.get(name) or {}
        if texts and (missing := [lang for lang in asked if lang not in texts]):
            found.append(
                f"{said} is not in {_list(missing)}: those customers read it in {next(iter(texts))}."
            )
    for reason in document.get("reasons") or []:
        label = reason.get("label") or {}
        if missing := [lang for lang in asked if lang not in label]:
            shown = f"in {next(iter(label))}" if label else f"as ‘{reason['key']}’"
            found.append(
                f"The reason ‘{reason['key']}’ is not in {_list(missing)}: those customers read it {shown}."
            )
    return found


def _place(document: Mapping[str, Any], journey: Mapping[str, Any] | None) -> Errors:
    if journey is None:
        return {"place": [f"There is no journey ‘{document['journey']}’."]}
    if journey["archived"]:
        return {"place": [f"The journey ‘{document['journey']}’ is archived."]}
    errors = place_errors(journey["document"], document)
    return {"place": [text for texts in errors.values() for text in texts]} if errors else {}


def _input(path: str) -> str:
    """The input of the form that holds a document's path."""
    inputs = {"fatigue.cooldown_days": "cooldown_days", "fatigue.sample_rate": "sample_percent"}
    place = ("journey", "stage", "touchpoint")
    return inputs.get(path) or ("place" if path in place else path)


def _list(langs: list[str]) -> str:
    return langs[0] if len(langs) == 1 else f"{', '.join(langs[:-1])} and {langs[-1]}"
