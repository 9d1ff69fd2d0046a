"""The text of a configuration file: its content, the lines of its documents, and no key twice. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from services.cli.documents import Item, NotConfiguration, Wrong, items

_MERGE = "tag:yaml.org,2002:merge"


class _Texts(yaml.SafeLoader):
    """Leaves times the texts they are: a silence's `from` is stored as it was written."""

    yaml_implicit_resolvers = {
        first: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read(text: str) -> list[Item]:
    """The items of a configuration file, in the order in which they have to be sent.

    Raises NotConfiguration naming every line that is wrong, and yaml.YAMLError where it is no YAML.
    """
    loader = _Texts(text)
    try:
        root = loader.get_single_node()
        twice = sorted(_twice(root, set()))
        if twice:
            raise NotConfiguration(*twice)
        lines = dict(_lines(root))
        return items(None if root is None else loader.construct_document(root), lines)
    finally:
        loader.dispose()


def _twice(node: yaml.Node | None, seen: set[int]) -> Iterator[Wrong]:
    """Keys that their mapping has already: YAML would silently keep the last of them."""
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _twice(one, seen)
    elif isinstance(node, yaml.MappingNode):
        first: dict[tuple[str, str], int] = {}
        for key, value in node.value:
            name = (key.tag, str(key.value))
            if name in first and isinstance(key, yaml.ScalarNode) and key.tag != _MERGE:
                yield Wrong(_line(key), f"{key.value}: is there twice, first on line {first[name]}")
            first.setdefault(name, _line(key))
            yield from _twice(value, seen)


def _lines(root: Any) -> Iterator[tuple[str, int]]:
    """Where each part and each document of the file stands: `silences`, `silences[0]` or `silences.sale`."""
    if not isinstance(root, yaml.MappingNode):
        return
    for part, documents in root.value:
        yield str(part.value), _line(part)
        if isinstance(documents, yaml.SequenceNode):
            yield from ((f"{part.value}[{at}]", _line(one)) for at, one in enumerate(documents.value))
        elif isinstance(documents, yaml.MappingNode):
            yield from ((f"{part.value}.{key.value}", _line(key)) for key, _ in documents.value)


def _line(node: yaml.Node) -> int:
    line: int = node.start_mark.line
    return line + 1
