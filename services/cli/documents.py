"""Configuration documents: what a file says against what a service has. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Document = dict[str, Any]

# The parts of a configuration file, in the order in which they depend on each other, and what names an item of each.
KINDS: dict[str, tuple[str, ...]] = {
    "owners": ("owner",),
    "journeys": ("journey",),
    "surveys": ("survey",),
    "detectors": ("journey", "stage", "metric", "audience"),
    "silences": ("silence",),
    "measures": ("journey", "stage", "measure"),
    "reviews": ("journey",),
}
# Where the address of a document ends otherwise than with its key.
_ENDING = {"reviews": "/schedule"}


# What the services take as a key; the words of METRICS and AUDIENCES are such too.
_KEY = re.compile(r"[a-z0-9-]{1,63}")


class Wrong(NamedTuple):
    """What is wrong, and on which line of the file; 0 where it has none."""

    line: int
    what: str


class NotConfiguration(Exception):
    """The file isn't one. `wrong` is all that is wrong, in the order of the file."""

    def __init__(self, *wrong: Wrong) -> None:
        super().__init__("; ".join(one.what for one in wrong))
        self.wrong = wrong


@dataclass(frozen=True)
class Item:
    """One document, without what names it; `line` is where it stands in the file, 0 where it isn't from one."""

    kind: str
    key: tuple[str, ...]
    document: Document
    line: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """`survey delivery-nps`, `detector shop/delivery/nps/customer`."""
        return f"{self.kind.removesuffix('s')} {'/'.join(self.key)}"

    @property
    def path(self) -> str:
        """Its address in the HTTP API."""
        return f"/v1/{self.kind}/{'/'.join(self.key)}{_ENDING.get(self.kind, '')}"

    @property
    def journey(self) -> str | None:
        """The journey it is, or is a part of."""
        return self.named.get("journey")

    @property
    def named(self) -> Document:
        """The document with what names it, as it stands in a file."""
        return dict(zip(KINDS[self.kind], self.key, strict=True)) | self.document


@dataclass(frozen=True)
class Difference:
    """One value that differs; `before` or `after` is None where there is none."""

    path: str
    before: Any
    after: Any


def items(content: Any, lines: Mapping[str, int] | None = None) -> list[Item]:
    """The items of a parsed file, in the order in which they have to be sent. Raises NotConfiguration.

    Each part is a list of documents that name themselves (`survey: delivery-nps`), or a mapping from name to document.
    lines: where each stands, by `surveys[0]` or `surveys.delivery-nps`.
    """
    lines = lines or {}
    if not isinstance(content, Mapping):
        raise NotConfiguration(Wrong(0, f"expected {', '.join(KINDS)}"))
    unknown = [str(name) for name in content if name not in KINDS]
    wrong = [Wrong(lines.get(name, 0), f"{name}: unknown; expected {', '.join(KINDS)}") for name in unknown]
    found: dict[tuple[str, tuple[str, ...]], Item] = {}
    for kind, place, given in _documents(content):
        item = _item(kind, place, given, lines.get(place, 0))
        if isinstance(item, Wrong):
            wrong.append(item)
        elif (first := found.setdefault((item.kind, item.key), item)) is not item:
            at = f", first on line {first.line}" if first.line else ""
            wrong.append(Wrong(item.line, f"{item.name}: is in the file twice{at}"))
    if wrong:
        raise NotConfiguration(*sorted(wrong))
    return in_order(list(found.values()))


def in_order(found: list[Item]) -> list[Item]:
    """Owners first; surveys that end before the journeys that drop their places; then journeys, surveys, the rest."""
    order = list(KINDS)
    return sorted(found, key=lambda item: -1 if _ends(item) else order.index(item.kind))


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """What has to change for `before` to become `after`, value by value; null is the same as nothing.

    Lists whose items have a `key` are compared item by item, so that one touchpoint more is one line more.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*after, *before]):
            step = f"{path}.{name}" if path else str(name)
            yield from differences(before.get(name), after.get(name), step)
    elif _keyed(before) and _keyed(after):
        old, new = ({item["key"]: item for item in one} for one in (before, after))
        for key in dict.fromkeys([*new, *old]):
            yield from differences(old.get(key), new.get(key), f"{path}[{key}]")
        if list(old) != list(new) and old.keys() == new.keys():
            yield Difference(f"{path} order", list(old), list(new))
    elif before != after or isinstance(before, bool) is not isinstance(after, bool):
        yield Difference(path, before, after)


def _documents(content: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Kind, place in the file and content of each document; of a part that is none itself."""
    for kind in KINDS:
        given = content.get(kind)
        if isinstance(given, dict) and len(KINDS[kind]) == 1:
            yield from ((kind, f"{kind}.{name}", _with_name(kind, name, one)) for name, one in given.items())
        elif isinstance(given, list):
            yield from ((kind, f"{kind}[{index}]", one) for index, one in enumerate(given))
        elif given is not None:
            yield kind, kind, given


def _with_name(kind: str, name: Any, given: Any) -> Any:
    return {KINDS[kind][0]: name} | given if isinstance(given, dict) else given


def _item(kind: str, place: str, given: Any, line: int) -> Item | Wrong:
    if place == kind:
        return Wrong(line, f"{kind}: expected a list")
    if not isinstance(given, dict):
        return Wrong(line, f"{place}: expected fields")
    document = dict(given)
    key = []
    for name in KINDS[kind]:
        value = document.pop(name, None)
        if not isinstance(value, str) or not value:
            return Wrong(line, f"{place}.{name}: missing")
        if not _KEY.fullmatch(value):
            return Wrong(line, f"{place}.{name}: ‘{value}’ is no key; use 1 to 63 of a-z, 0-9 and -")
        key.append(value)
    return Item(kind, tuple(key), document, line)


def _ends(item: Item) -> bool:
    return item.kind == "surveys" and item.document.get("status") == "archived"


def _keyed(value: Any) -> bool:
    """Whether it is a list of items told apart by their `key`."""
    if not isinstance(value, list) or not value:
        return False
    keys = [item.get("key") if isinstance(item, dict) else None for item in value]
    return all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys)
