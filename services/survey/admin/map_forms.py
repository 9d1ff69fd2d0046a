"""The form of a journey, stage or touchpoint: shown, asked about before it breaks something, given back as typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response

from services.survey.admin.known_owners import KnownOwners
from services.survey.admin.saving import Outcome, Stored
from services.survey.maps import fields, surgery, view
from services.survey.maps.surgery import Place
from shared.web.app import settings
from shared.web.documents import etag
from shared.web.forms import Form, render_form
from shared.web.pages import render

KINDS = ("journey", "stage", "touchpoint")
LABELS = {
    "name": "Name",
    "key": "Key",
    "owner": "Owner",
    "personas": "Personas",
    "segments": "Segments",
    "stage": "Stage",
    "channel": "Channel",
    "customer_goal": "Customer goal",
    "actions": "Actions",
    "feelings": "Feelings",
    "pain_points": "Pain points",
    "current": "Current experience",
    "desired": "Desired experience",
} | {
    fields.target_input(metric, audience): f"{view.METRICS[metric]} of {audience}s"
    for metric, audience in fields.TARGETS
}
_MEANWHILE = "Somebody changed this journey meanwhile; nothing is saved yet."
_ELSEWHERE = f"{_MEANWHILE} What you have here was not touched: save it again, and both changes stand."
_HERE = f"{_MEANWHILE} Saving again puts what you have here in place of theirs."


@dataclass(frozen=True)
class Part:
    """What a form is about: the part of `key` within a place, or a new one where there is no key yet.

    depth: 0 the journey itself (within nothing, without a key), 1 a stage, 2 a touchpoint.
    """

    stored: Stored
    within: Place
    key: str | None
    depth: int

    @property
    def is_new(self) -> bool:
        return self.depth > 0 and self.key is None

    @property
    def place(self) -> Place:
        return (*self.within, self.key) if self.key is not None else self.within

    @property
    def kind(self) -> str:
        return KINDS[self.depth]

    @property
    def content(self) -> dict[str, Any]:
        """What is stored of it; {} where it is new."""
        return {} if self.is_new else surgery.at(self.stored.document, self.place)

    def blank(self) -> Form:
        """The form as it is stored, to be changed."""
        return Form(fields.shown(self.content, self.depth) | {"key": "", "stage": self.stage} | self.marks())

    def marks(self) -> dict[str, str]:
        """What the form was made from: the ETag of the journey, and of this part of it."""
        return {"tag": self.stored.tag, "part": etag(self.content)}

    @property
    def stage(self) -> str:
        return self.within[0] if self.within else ""

    @property
    def title(self) -> str:
        if self.is_new:
            return f"New {self.kind}"
        return view.name_of(self.stored.document, self.content, self.place)


def part_form(part: Part, form: Form, owners: KnownOwners) -> Response:
    """The form, as it is stored or was typed."""
    stages = [
        (stage["key"], stage.get("name") or stage["key"]) for stage in surgery.parts(part.stored.document)
    ]
    inherited = None if part.depth == 0 else part.stored.document.get("owner") or ""
    return render_form(
        "admin/part.html",
        form,
        nav="setup",
        part=part,
        labels=LABELS,
        owners=owners,
        options=view.owner_options(
            form.value("owner"), owners.names or {}, inherited, settings().fallback_owner
        ),
        stages=stages,
        metrics=view.METRICS,
        targets=fields.TARGETS,
    )


def failed(part: Part, form: Form, owners: KnownOwners, outcome: Outcome, place: Place) -> Response:
    """The form with what is wrong; `place` is where the part stands in the document of the outcome."""
    is_last = part.is_new or place != part.place
    path = (surgery.last_path if is_last else surgery.path)(
        outcome.document, place[:-1] if is_last else place
    )
    content = (
        surgery.parts(outcome.document, place[:-1])[-1] if is_last else surgery.at(outcome.document, place)
    )
    errors = fields.by_input(outcome.errors, path, content)
    if "key" in errors and not part.is_new:
        errors["stage"] = errors.pop("key")
    return part_form(part, form.failed(errors), owners)


def changed(part: Part, form: Form, owners: KnownOwners) -> Response:
    """The form as typed, and what somebody else stored meanwhile. Saved again, it goes on from there."""
    here = form.value("part") != etag(part.content)
    stored = fields.shown(part.content, part.depth) if here else {}
    theirs = {name: value for name, value in stored.items() if not surgery.is_same(value, form.value(name))}
    form.values |= part.marks()
    beside = {name: [_stored_now(value)] for name, value in theirs.items()}
    response = part_form(part, form.failed({"": [_HERE if theirs else _ELSEWHERE]} | beside), owners)
    response.status_code = 412
    return response


def _stored_now(value: str) -> str:
    shown = " · ".join(value.splitlines())
    return f"Somebody stored ‘{shown}’ here meanwhile." if shown else "Somebody took this out meanwhile."


def gone(part: Part, form: Form, owners: KnownOwners, key: str) -> Response:
    """Somebody removed the part: what was typed becomes the form of a new one of its key."""
    said = f"Somebody removed this {part.kind} meanwhile. What you typed is still here: saving adds it again."
    form.values |= part.marks() | {"key": key}
    response = part_form(part, form.failed({"": [said]}), owners)
    response.status_code = 412
    return response


def asked_first(part: Part, form: Form, outcome: Outcome) -> Response:
    """What saving would mean, with everything typed carried along: save it so, or go back to the form."""
    refused = any(one.refused for one in outcome.consequences)
    carried = {name: value for name, value in form.values.items() if name not in ("confirmed", "back")}
    return render(
        "admin/confirm.html",
        409 if refused else 200,
        nav="setup",
        part=part,
        carried=carried,
        found=outcome.consequences,
        refused=refused,
    )
