"""What can be wrong with an import, in words for the person who sent it."""

from __future__ import annotations


class FileProblem(Exception):
    """The file as a whole can't be read; the message names the place and what to do."""


class MappingProblem(Exception):
    """The mapping doesn't fit: `errors` is {path in the mapping: message}."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{path}: {message}" for path, message in errors.items()))
        self.errors = errors


class CellProblem(Exception):
    """A cell can't be used; the message continues "row 17, rating: "."""
