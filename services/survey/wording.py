"""When the question of a survey has become another question, so that its answers start a new revision. Pure."""

from __future__ import annotations

from collections.abc import Mapping


def is_reworded(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Whether a language's words changed. Adding or dropping a translation alone leaves the question what it was."""
    both = before.keys() & after.keys()
    return not both or any(before[lang] != after[lang] for lang in both)
