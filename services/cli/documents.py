"""Configuration documents: what a file says against what a service has. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

Document = dict[str, Any]

# The parts of a configuration file, in the order in which they depend on each other, and what names an item of each.
KINDS: dict[str, tuple[str, ...]] = {
    "owners": ("owner",),
    "journeys": ("journey",),
    "surveys": ("survey",),
    "detectors": ("journey", "stage", "metric", "audience"),
    "silences": ("silence",),
}


class _Texts(yaml.SafeLoader):
    """Leaves times the texts they are: a silence's `from` is stored as it was written."""

    yaml_implicit_resolvers = {
        first: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class NotConfiguration(Exception):
    """The file isn't one; the message names the place in it."""


@dataclass(frozen=True)
class Item:
    """One document, without what names it."""

    kind: str
    key: tuple[str, ...]
    document: Document

    @property
    def name(self) -> str:
        """`survey delivery-nps`, `detector shop/delivery/nps/customer`."""
        return f"{self.kind.removesuffix('s')} {'/'.join(self.key)}"

    @property
    def path(self) -> str:
        """Its address in the HTTP API."""
        return f"/v1/{self.kind}/{'/'.join(self.key)}"

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


def parsed(text: str) -> Any:
    """The content of a configuration file. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=_Texts)


def items(content: Any) -> list[Item]:
    """The items of a parsed file, in the order in which they have to be sent. Raises NotConfiguration.

    Each part is a list of documents that name themselves (`survey: delivery-nps`), or a mapping from name to document.
    """
    if not isinstance(content, Mapping):
        raise NotConfiguration(f"expected {', '.join(KINDS)}")
    unknown = [name for name in content if name not in KINDS]
    if unknown:
        raise NotConfiguration(f"{unknown[0]}: unknown; expected {', '.join(KINDS)}")
    found = [item for kind in KINDS for item in _list(kind, content.get(kind))]
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for item in found:
        if (item.kind, item.key) in seen:
            raise NotConfiguration(f"{item.name}: is in the file twice")
        seen.add((item.kind, item.key))
    return in_order(found)


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
    elif before != after or type(before) is not type(after):
        yield Difference(path, before, after)


def _list(kind: str, given: Any) -> list[Item]:
    if given is None:
        return []
    if isinstance(given, dict) and len(KINDS[kind]) == 1:
        return [_item(kind, f"{kind}.{name}", _with_name(kind, name, one)) for name, one in given.items()]
    if not isinstance(given, list):
        raise NotConfiguration(f"{kind}: expected a list")
    return [_item(kind, f"{kind}[{index}]", one) for index, one in enumerate(given)]


def _with_name(kind: str, name: Any, given: Any) -> Any:
    return {KINDS[kind][0]: name} | given if isinstance(given, dict) else given


def _item(kind: str, place: str, given: Any) -> Item:
    if not isinstance(given, dict):
        raise NotConfiguration(f"{place}: expected fields")
    document = dict(given)
    key = []
    for name in KINDS[kind]:
        value = document.pop(name, None)
        if not isinstance(value, str) or not value:
            raise NotConfiguration(f"{place}.{name}: missing")
        key.append(value)
    return Item(kind, tuple(key), document)


def _ends(item: Item) -> bool:
    return item.kind == "surveys" and item.document.get("status") == "archived"


def _keyed(value: Any) -> bool:
    """Whether it is a list of items told apart by their `key`."""
    if not isinstance(value, list) or not value:
        return False
    keys = [item.get("key") if isinstance(item, dict) else None for item in value]
    return all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys)
