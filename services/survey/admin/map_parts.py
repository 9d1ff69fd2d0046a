"""`/admin/journeys/{journey}/…`: the forms of the journey's own fields, of a stage and of a touchpoint."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from services.survey.admin import saving
from services.survey.admin.journey_map import back_to_map
from services.survey.admin.known_owners import known_owners
from services.survey.admin.map_forms import KINDS, Part, asked_first, changed, failed, gone, part_form
from services.survey.admin.pages import blueprint
from services.survey.maps import consequences, fields, surgery, view
from services.survey.maps.consequences import Consequence
from services.survey.maps.surgery import Document, Place
from shared.slugs import slug
from shared.web.app import database
from shared.web.auth import page
from shared.web.forms import Form
from shared.web.pages import render
from shared.web.problems import Problem, not_found

_LARGEST = 1024 * 1024
_MAP = "/admin/journeys/<journey>"
_STAGE = f"{_MAP}/stages/<stage>"
_TOUCHPOINT = f"{_STAGE}/touchpoints/<touchpoint>"
Change = Callable[[Document], Document]
_BOTH = ["GET", "POST"]


@blueprint.route(f"{_MAP}/edit", methods=_BOTH)
@page("admin", largest=_LARGEST)
def edit_journey(journey: str) -> AnyResponse:
    """Name, owner, personas and segments."""
    return _edit(journey, ())


@blueprint.route(_STAGE, methods=_BOTH)
@page("admin", largest=_LARGEST)
def edit_stage(journey: str, stage: str) -> AnyResponse:
    """Name, owner and targets."""
    return _edit(journey, (stage,))


@blueprint.route(_TOUCHPOINT, methods=_BOTH)
@page("admin", largest=_LARGEST)
def edit_touchpoint(journey: str, stage: str, touchpoint: str) -> AnyResponse:
    """All that is known of one contact of the customer."""
    return _edit(journey, (stage, touchpoint))


@blueprint.route(f"{_MAP}/new", methods=_BOTH)
@page("admin", largest=_LARGEST)
def add_stage(journey: str) -> AnyResponse:
    """A new stage, the last of the journey."""
    return _add(journey, ())


@blueprint.route(f"{_STAGE}/new", methods=_BOTH)
@page("admin", largest=_LARGEST)
def add_touchpoint(journey: str, stage: str) -> AnyResponse:
    """A new touchpoint, the last of its stage."""
    return _add(journey, (stage,))


@blueprint.route(f"{_STAGE}/remove", methods=_BOTH)
@page("admin")
def remove_stage(journey: str, stage: str) -> AnyResponse:
    """Take a stage with its touchpoints out of the map, once what that means was read."""
    return _remove(journey, (stage,))


@blueprint.route(f"{_TOUCHPOINT}/remove", methods=_BOTH)
@page("admin")
def remove_touchpoint(journey: str, stage: str, touchpoint: str) -> AnyResponse:
    """Take a touchpoint out of the map, once what that means was read."""
    return _remove(journey, (stage, touchpoint))


def _edit(journey: str, place: Place) -> AnyResponse:
    stored = _stored(journey)
    depth = len(place)
    if request.method == "GET":
        _check(stored, place)
        part = _part(stored, place)
        return part_form(part, part.blank(), known_owners())
    form = Form.sent()
    if not surgery.has(stored.document, place):
        _check(stored, place[:-1])
        return gone(Part(stored, place[:-1], None, depth), form, known_owners(), place[-1])
    after = (form.value("stage") or place[0], place[1]) if depth == 2 else place
    typed = fields.read(form.values, depth)

    def change(document: Document) -> Document:
        edited = surgery.edit(document, place, typed)
        return surgery.transfer(edited, place, after[0]) if place else edited

    return _save(_part(stored, place), form, change, after)


def _add(journey: str, within: Place) -> AnyResponse:
    stored = _stored(journey)
    _check(stored, within)
    part = Part(stored, within, None, len(within) + 1)
    if request.method == "GET":
        return part_form(part, part.blank(), known_owners())
    form = Form.sent()
    key = form.value("key") or slug(form.value("name"))
    if errors := fields.key_errors(form.values, key):
        return part_form(part, form.failed(errors), known_owners())
    made = surgery.made(key, fields.read(form.values, part.depth))
    return _save(part, form, lambda document: surgery.add(document, within, made), (*within, key))


def _save(part: Part, form: Form, change: Change, after: Place) -> AnyResponse:
    """Save the form, or say why not; `after` is where its part stands then."""
    owners = known_owners()
    if form.value("back"):
        return part_form(part, form, owners)
    journey, tag = part.stored.journey, form.value("tag")
    outcome = saving.save(journey, tag, change, owners.names, confirmed=bool(form.value("confirmed")))
    if outcome.changed:
        return changed(part, form, owners)
    if outcome.errors:
        return failed(part, form, owners, outcome, after)
    if not outcome.saved:
        return asked_first(part, form, outcome)
    said = _said(outcome.document, part, after, owners.names)
    # What is added is rarely the last: the focus goes to where the next touchpoint is added.
    return (
        back_to_map(journey, after[:1], "add", said)
        if part.is_new
        else back_to_map(journey, after, "edit", said)
    )


def _said(document: Document, part: Part, place: Place, owners: saving.Owners) -> str:
    """Ordering is saved. Ordering has no owner; alerts go to the fallback."""
    name = view.name_of(document, surgery.at(document, place), place)
    done = f"{name} is {'added' if part.is_new else 'saved'}."
    why = consequences.unowned(document, owners).get(place[0]) if len(place) == 1 else None
    return f"{done} {why}" if why else done


def _remove(journey: str, place: Place) -> AnyResponse:
    stored = _stored(journey)
    _check(stored, place)

    def change(document: Document) -> Document:
        return surgery.remove(document, place)

    if request.method == "GET":
        return _asked(stored, place, saving.foresee(journey, change, None))
    part = surgery.at(stored.document, place)
    outcome = saving.save(journey, Form.sent().value("tag"), change, None, confirmed=True)
    if outcome.changed:
        meanwhile = "Somebody changed this journey meanwhile. Nothing was removed; look again."
        return _asked(stored, place, saving.foresee(journey, change, None), 412, meanwhile)
    if not outcome.saved:
        return _asked(stored, place, outcome.consequences, 409)
    said = f"{view.name_of(stored.document, part, place)} is removed."
    return back_to_map(journey, place[:-1], "edit", said)


def _asked(
    stored: saving.Stored, place: Place, found: list[Consequence], status: int = 200, said: str = ""
) -> Response:
    refused = any(one.refused for one in found)
    return render(
        "admin/remove.html",
        status,
        nav="setup",
        part=_part(stored, place),
        parts=[part.get("name") or part["key"] for part in _inside(stored.document, place)],
        found=found,
        refused=refused,
        meanwhile=said,
    )


def _inside(document: Document, place: Place) -> list[Document]:
    return surgery.parts(document, place) if len(place) == 1 else []


def _part(stored: saving.Stored, place: Place) -> Part:
    return Part(stored, place[:-1], place[-1] if place else None, len(place))


def _stored(journey: str) -> saving.Stored:
    with database() as conn:
        stored = saving.load(conn, journey)
    if stored.archived:
        raise Problem(409, "The journey is archived", "Put it back into use before you change it.")
    return stored


def _check(stored: saving.Stored, place: Place) -> None:
    """404 where the map has no such stage or touchpoint."""
    for depth in range(1, len(place) + 1):
        if not surgery.has(stored.document, place[:depth]):
            raise not_found(KINDS[depth], place[depth - 1])
