"""How the fields of a journey, stage or touchpoint read as inputs of a form, and what was typed as fields. Pure.

Lists of texts are one a line. Targets are one input for each metric and audience, `target_nps_customer`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.survey.maps.surgery import Document
from shared.events import SCALES
from shared.slugs import LONGEST

Values = Mapping[str, Any]
# The inputs of a journey, of a stage and of a touchpoint, by the length of their place; in the order of the form.
TEXTS = (
    ("name", "owner"),
    ("name", "owner"),
    ("name", "channel", "customer_goal", "actions", "feelings", "current", "desired"),
)
LISTS = (("personas", "segments"), (), ("pain_points",))
TICKS: tuple[tuple[str, ...], ...] = ((), (), ("moment_of_truth",))
STAGE = 1
TARGETS = tuple((metric, audience) for metric in SCALES for audience in ("customer", "employee"))
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}([.,][0-9]{1,30})?")
_KEY = re.compile(rf"[a-z0-9-]{{1,{LONGEST}}}")


def target_input(metric: str, audience: str) -> str:
    """The name of the input of a stage's target."""
    return f"target_{metric}_{audience}"


def shown(part: Document, depth: int) -> dict[str, Any]:
    """The inputs of a stored journey (depth 0), stage (1) or touchpoint (2)."""
    values: dict[str, Any] = {name: part.get(name) or "" for name in TEXTS[depth]}
    values |= {name: "\n".join(part.get(name) or []) for name in LISTS[depth]}
    values |= {name: "true" if part.get(name) else "" for name in TICKS[depth]}
    if depth == STAGE:
        stored = {
            (target["metric"], target.get("audience") or "customer"): target for target in _targets(part)
        }
        values |= {target_input(*which): _number(stored.get(which)) for which in TARGETS}
    return values


def read(values: Values, depth: int) -> dict[str, Any]:
    """The fields of a part as they were typed; not checked yet: a target that is no number stays a text."""
    fields: dict[str, Any] = {name: _clean(values.get(name)) for name in TEXTS[depth]}
    fields |= {name: _lines(values.get(name)) for name in LISTS[depth]}
    fields |= {name: bool(values.get(name)) for name in TICKS[depth]}
    if depth == STAGE:
        typed = ((which, _clean(values.get(target_input(*which)))) for which in TARGETS)
        fields["targets"] = [
            {"metric": metric, "audience": audience, "score": _score(text)}
            for (metric, audience), text in typed
            if text
        ]
    return fields


def key_errors(values: Values, key: str) -> dict[str, list[str]]:
    """What is wrong with the name or key of something new: {input: [what]}."""
    if not _clean(values.get("name")):
        return {"name": ["Give it a name."]}
    if not key:
        return {"key": ["The name has no letter of a to z to make a key of: type one."]}
    if not _KEY.fullmatch(key):
        return {"key": [f"Use 1 to {LONGEST} of a-z, 0-9 and -."]}
    return {}


def by_input(errors: Mapping[str, Any], prefix: str, part: Document) -> dict[str, list[str]]:
    """The errors of a document by the inputs of one of its parts; "" holds what lies elsewhere.

    `errors` are keyed by path, `prefix` is the path of the part, `part` what it would have become.
    """
    found: dict[str, list[str]] = {}
    for path, said in errors.items():
        name, text = _input(path, prefix, part)
        for message in said if isinstance(said, list) else [str(said)]:
            found.setdefault(name, []).append(text + message)
    return found


def _input(path: str, prefix: str, part: Document) -> tuple[str, str]:
    """The input that holds a path, and words before its message."""
    if prefix and not path.startswith(f"{prefix}."):
        return "", f"{path}: "
    inner = path[len(prefix) + 1 :] if prefix else path
    name, _, rest = inner.partition("[")
    if name == "targets" and rest:
        target = _targets(part)[int(rest.partition("]")[0])]
        return target_input(target["metric"], target["audience"]), ""
    if rest and name not in ("stages", "touchpoints"):
        return name, f"Line {int(rest.partition(']')[0]) + 1}: "
    return (name, "") if not rest else ("", f"{path}: ")


def _targets(part: Document) -> list[Document]:
    return part.get("targets") or []


def _clean(text: Any) -> str:
    return str(text or "").replace("\r\n", "\n").strip()


def _lines(text: Any) -> list[str]:
    return [line for row in _clean(text).split("\n") if (line := row.strip())]


def _number(target: Document | None) -> str:
    if target is None:
        return ""
    score = target["score"]
    return f"{score:.0f}" if float(score).is_integer() else f"{Decimal(repr(score)):f}"


def _score(text: str) -> Any:
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text.replace(",", "."))
    return int(number) if number.is_integer() else number
