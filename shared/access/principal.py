"""Who calls, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("viewer", "lead", "admin", "collector")
# The roles of people; a collector is a program that submits answers.
PEOPLE = ("viewer", "lead", "admin")
INCLUDES = {
    "admin": {"admin", "lead", "viewer", "collector"},
    "lead": {"lead", "viewer"},
    "viewer": {"viewer"},
    "collector": {"collector"},
}


@dataclass(frozen=True)
class Principal:
    """Who calls: an id (of a key, an e-mail address, or `service`), a name for the timeline, and the role.

    `owners` are the keys of the owners that are told at this person's address: the stages of these are theirs.
    """

    id: str
    name: str
    role: str
    email: str | None = None
    owners: tuple[str, ...] = ()

    def may(self, role: str) -> bool:
        return role in INCLUDES[self.role]
