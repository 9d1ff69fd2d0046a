"""`/admin/surveys/{survey}`: its texts and rules to change, and its status."""

from __future__ import annotations

from typing import Any

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from services.survey import wording
from services.survey.admin import survey_fields, survey_new, survey_page, survey_starter
from services.survey.admin.pages import blueprint
from services.survey.admin.survey_page import Shown
from services.survey.routes.documents import MAX_DOCUMENT
from services.survey.schemas.surveys import STATUSES
from shared.web.app import database
from shared.web.auth import page
from shared.web.forms import Form
from shared.web.pages import redirect_to
from shared.web.problems import Problem, invalid

RENAME = {
    "journey": "place",
    "stage": "place",
    "touchpoint": "place",
    "fatigue.cooldown_days": "cooldown_days",
    "fatigue.sample_rate": "sample_percent",
} | {f"follow_ups.assign_to[{index}]": "follow_ups.assign_to" for index in range(50)}
CASE_LABELS = {
    "score_at_most": "Scores up to",
    "due_hours": "Hours until due",
    "assign_to": "Whose they are",
    "recovery_survey": "Recovery survey",
}
CHANGED = (
    "Somebody changed this survey meanwhile. What you typed is still here; open the page anew to see theirs."
)
SAYS = {
    "live": "It is live: it is asked from now on.",
    "paused": "It is paused: nobody is asked, what was answered stays.",
    "draft": "It is a draft again: nobody sees it.",
    "archived": "It is archived: nobody is asked, what was answered stays counted.",
}


@blueprint.get("/admin/surveys/<survey>")
@page("viewer")
def survey_edit(survey: str) -> Response:
    """The survey to change; for those who may not, to read."""
    shown = survey_page.load(survey)
    return _edit(shown, Form.blank(**survey_fields.values(shown.document)))


@blueprint.post("/admin/surveys/<survey>")
@page("admin", largest=MAX_DOCUMENT)
def save_survey(survey: str) -> AnyResponse:
    """Save it, as a PUT with If-Match would; or, with another button, add or take away a language or a reason."""
    shown, form = survey_page.load(survey), Form.sent()
    act, _, what = form.value("act", "save").partition(":")
    if act != "save":
        return _edit(shown, _rearranged(form, act, what))
    document = survey_fields.document(shown.document, form.values)
    if not _meaning_is_clear(shown, document, form):
        return _edit(shown, form, reworded=True)
    try:
        change = survey_page.put_checked(shown, document, form.value("tag"), _first_language(form))
    except Problem as problem:
        return _edit(shown, _refused(form, problem))
    revision = survey_page.load(survey).revision
    new_words = f" Its new words are revision {revision}." if revision > shown.revision else ""
    return redirect_to(f"/admin/surveys/{survey}", " ".join([f"Saved.{new_words}", *change.warnings]))


@blueprint.post("/admin/surveys/<survey>/status")
@page("admin")
def change_status(survey: str) -> AnyResponse:
    """Draft, live, paused or archived. Going live is refused with every reason at once."""
    shown, form = survey_page.load(survey), Form.sent()
    status, back = form.value("status"), form.value("back")
    if status not in STATUSES:
        raise invalid({"status": [f"One of {', '.join(STATUSES)}."]})
    document = {**shown.document, "status": status}
    again = Form.blank(**survey_fields.values(shown.document))
    if status == "live" and (errors := survey_page.obstacles(shown, any_site=bool(form.value("any_site")))):
        return _edit(shown, again.failed(errors, RENAME), refused_live=True)
    try:
        change = survey_page.put(shown, document, form.value("tag"))
    except Problem as problem:
        return _edit(shown, _refused(again, problem))
    address = f"/admin/surveys/{survey}" + (f"/{back}" if back in survey_page.TABS and back else "")
    return redirect_to(address, " ".join([SAYS[status], *change.warnings]))


def _edit(shown: Shown, form: Form, *, reworded: bool = False, refused_live: bool = False) -> Response:
    langs, rows = survey_fields.languages_of(form.values), survey_fields.reason_rows(form.values)
    with database() as conn:
        places = list(survey_new.place_groups(survey_new.known_journeys(conn)))
    return survey_page.render_tab(
        shown,
        "",
        422 if form.errors else 200,
        form=form,
        langs=langs,
        language_names=survey_starter.LANGUAGES,
        more_languages=[(key, name) for key, name in survey_starter.LANGUAGES.items() if key not in langs],
        reason_rows=rows,
        places=places,
        reworded=reworded,
        refused_live=refused_live,
        labels=_labels(langs, rows),
        ask_contact=survey_starter.ASK_CONTACT,
    )


def _rearranged(form: Form, act: str, what: str) -> Form:
    given = form.values
    if act == "add_language":
        lang = given.get("other_language") or given.get("new_language", "")
        if not survey_fields.is_language(lang):
            return form.failed({"other_language": ["Write a language tag such as en, or pt-BR."]})
        starter = {
            f"question.{lang}": survey_starter.QUESTIONS[given["metric"]].get(lang, ""),
            f"follow_up.{lang}": survey_starter.FOLLOW_UP.get(lang, ""),
        }
        given = survey_fields.with_language(given, lang, starter) | {"other_language": ""}
    elif act == "remove_language":
        given = survey_fields.without_language(given, what)
    elif act == "add_reason":
        given = given | {"reason_rows": str(survey_fields.reason_rows(given) + 1)}
    elif act == "remove_reason" and what.isdecimal() and len(what) <= 2:
        given = survey_fields.without_reason(given, int(what))
    return Form(given)


def _meaning_is_clear(shown: Shown, document: dict[str, Any], form: Form) -> bool:
    """Where words changed under answers, a person says whether they still ask the same; what they say is kept."""
    if not wording.is_reworded(shown.document["question"], document["question"]):
        return True
    document.pop("same_meaning", None)
    if shown.last_answer is None:
        return True
    if form.value("meaning") not in ("same", "new"):
        said = "The question’s words changed: say whether it still asks the same."
        form.errors["meaning"] = [said]
        return False
    if form.value("meaning") == "same":
        document["same_meaning"] = True
    return True


def _first_language(form: Form) -> dict[str, list[str]]:
    """What is wrong where its question is empty: the next language would become everybody else's, unasked."""
    first, *others = [*survey_fields.languages_of(form.values), ""]
    if not any(others) or form.value(f"question.{first}"):
        return {}
    said = "Write it, or remove this language: customers of other languages get this one."
    return {f"question.{first}": [said]}


def _refused(form: Form, problem: Problem) -> Form:
    if problem.status == 412:
        return form.failed({"": [CHANGED]})
    if problem.status in (409, 422):
        return form.failed(problem, RENAME)
    raise problem


def _labels(langs: list[str], reasons: int) -> dict[str, str]:
    """What the summary of errors calls the inputs."""
    found = {"place": "Touchpoint", "metric": "Metric", "audience": "Audience", "origins": "Sites"}
    found |= {"cooldown_days": "Pause between two times", "sample_percent": "Share asked"}
    found |= {"privacy_url": "Privacy page", "meaning": "Meaning", "follow_ups": "Follow-ups"}
    found |= {f"follow_ups.{name}": label for name, label in CASE_LABELS.items()}
    for lang in langs:
        found |= {f"question.{lang}": f"Question ({lang})", f"follow_up.{lang}": f"Follow-up ({lang})"}
        found |= {f"thanks.{lang}": f"Thanks ({lang})"}
        found |= {f"follow_ups.ask_contact.{lang}": f"Asking for a contact ({lang})"}
        found |= {f"labels.{lang}.low": f"Lowest ({lang})", f"labels.{lang}.high": f"Highest ({lang})"}
        found |= {f"reasons[{i}].label.{lang}": f"Reason {i + 1} ({lang})" for i in range(reasons)}
    return found | {f"reasons[{i}].key": f"Reason {i + 1}, key" for i in range(reasons)}
