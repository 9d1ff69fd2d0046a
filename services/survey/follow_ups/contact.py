"""Where a customer may be reached, as they leave it, and whose it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from services.survey.answer_fields import LANG, read_matching
from services.survey.respondents import Keys, Pseudonym, every_pseudonym, pseudonym

MAX_EMAIL = 254
MAX_NAME = 200
FIELDS = ("email", "name", "lang", "consent")
# As mail is really addressed: words between single dots, no quoting, nothing that could break out of a header.
_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
_EMAIL = re.compile(rf"(?=.{{1,64}}@){_WORD}(?:\.{_WORD})*@(?:{_LABEL}?\.)+{_LABEL}", re.ASCII)


class Contact(NamedTuple):
    """An address and a name that a customer agreed to be contacted under; `lang`: in which language they were asked."""

    email: str
    name: str | None = None
    lang: str | None = None


def read_contact(value: object, errors: dict[str, str]) -> Contact | None:
    """{email, name?, lang?, consent: true}, or None; what is wrong goes into `errors`, without the value."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        errors["contact"] = "must be an object {email, name, consent}"
        return None
    errors |= {f"contact.{name}": "unknown field" for name in value if name not in FIELDS}
    if value.get("consent") is not True:
        errors["contact.consent"] = "must be true: without the customer's consent no contact is kept"
    lang = read_matching(value.get("lang"), "contact.lang", LANG, "is not a language tag such as en", errors)
    return Contact(_email(value.get("email"), errors), _name(value.get("name"), errors), lang)


def pseudonym_of(keys: Keys, email: str) -> Pseudonym:
    """Under what an address is found again, however it is written."""
    return pseudonym(keys, email.lower())


def every_name(keys: Keys, name: str) -> list[Pseudonym]:
    """A person's pseudonyms, also those of an address they may be named by."""
    found = every_pseudonym(keys, name)
    return found + every_pseudonym(keys, name.lower()) if "@" in name and name != name.lower() else found


def _email(value: object, errors: dict[str, str]) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        errors["contact.email"] = "required: an e-mail address"
    elif len(text) > MAX_EMAIL or not _EMAIL.fullmatch(text):
        errors["contact.email"] = "is not an e-mail address"
    return text


def _name(value: object, errors: dict[str, str]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_NAME or not value.isprintable():
        errors["contact.name"] = f"must be text of one line, at most {MAX_NAME} characters"
        return None
    return value.strip() or None
