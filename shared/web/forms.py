"""A form as it was typed, with what is wrong beside each field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request

from shared.web.pages import render
from shared.web.problems import Problem


@dataclass
class Form:
    """`values` by the names of the inputs, `errors` by the same names; "" holds what belongs to no field."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def blank(cls, **values: Any) -> Form:
        """A form with these values to begin with."""
        return cls(dict(values))

    @classmethod
    def sent(cls, many: Sequence[str] = ()) -> Form:
        """What was sent: texts without blanks around them, lists for the names in `many`."""
        given = {name: text.strip() for name, text in request.form.items() if name not in ("csrf", *many)}
        return cls(given | {name: request.form.getlist(name) for name in many})

    def failed(self, problem: Problem | Mapping[str, Any], rename: Mapping[str, str] | None = None) -> Form:
        """This form with the errors of a problem; `rename` maps a field's path to the input that holds it.

        A path inside an input's value (`origins[0]` of `origins`) is shown at that input.
        """
        found = _errors(problem)
        for path, said in found.items():
            name = (rename or {}).get(path, path)
            place = name if name in self.values else _holder(name, self.values)
            texts = said if isinstance(said, list) else [str(said)]
            whole = place == name or name.endswith("_schema")  # marshmallow's name of the whole
            shown = texts if whole else [f"{path}: {text}" for text in texts]
            self.errors.setdefault(place, []).extend(shown)
        return self

    def value(self, name: str, default: Any = "") -> Any:
        """What an input shows."""
        found = self.values.get(name)
        return default if found is None else found

    def said(self, name: str) -> list[str]:
        """What is wrong with an input."""
        return self.errors.get(name, [])


def render_form(template: str, form: Form, **values: Any) -> Response:
    """The page with its form: 422 where something is wrong with it."""
    return render(template, 422 if form.errors else 200, form=form, **values)


def _errors(problem: Problem | Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(problem, Problem):
        return dict(problem)
    return problem.errors or {"": [problem.detail or problem.title]}


def _holder(name: str, values: Mapping[str, Any]) -> str:
    """The input whose value the path lies in; "" where none does."""
    while name:
        if name in values:
            return name
        cut = max(name.rfind("."), name.rfind("["))
        name = name[:cut] if cut > 0 else ""
    return ""
